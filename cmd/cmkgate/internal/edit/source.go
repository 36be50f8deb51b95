package edit

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const byteOrderMark = "\uFEFF"

// source finds its way in the bytes of a document.
type source struct {
	data []byte
	// lines are the offsets at which lines begin, as the YAML reader counts them.
	lines []int
	// eol is how lines end where the document does not say otherwise.
	eol string
}

func newSource(data []byte) source {
	s := source{data: data, eol: "\n"}
	begin := 0
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		begin = len(byteOrderMark)
	}
	s.lines = append(make([]int, 0, bytes.Count(data, []byte("\n"))+1), begin)
	const nel, ls = 0xC2, 0xE2 // how NEL, and LS and PS, begin
	simple := bytes.IndexByte(data, '\r') < 0 && bytes.IndexByte(data, nel) < 0 && bytes.IndexByte(data, ls) < 0
	for at := begin; at < len(data); {
		end := at
		if i := bytes.IndexByte(data[at:], '\n'); simple && i >= 0 {
			end += i
		} else {
			end = s.lineEnd(at)
		}
		next := s.nextLine(end)
		if next == end {
			break
		}
		if len(s.lines) == 1 {
			s.eol = string(data[end:next])
		}
		s.lines = append(s.lines, next)
		at = next
	}
	return s
}

// breakAt is the length of the line break at an offset, 0 if there is none. To
// YAML 1.1 NEL, LS and PS end lines as well, in quoted texts too.
func breakAt(data []byte, at int) int {
	switch c := data[at]; {
	case c == '\n':
		return 1
	case c == '\r' && at+1 < len(data) && data[at+1] == '\n':
		return 2
	case c == '\r':
		return 1
	case c == 0xC2 && bytes.HasPrefix(data[at:], []byte("\u0085")):
		return 2
	case c == 0xE2 && (bytes.HasPrefix(data[at:], []byte("\u2028")) || bytes.HasPrefix(data[at:], []byte("\u2029"))):
		return 3
	}
	return 0
}

var errLost = errors.New("cmkgate cannot find its position in this YAML style")

// offset is where a node begins, its anchor and tag included.
func (s *source) offset(n *yaml.Node) (int, error) {
	if n.Line < 1 || n.Line > len(s.lines) {
		return 0, errLost
	}
	at := s.lines[n.Line-1]
	for range n.Column - 1 {
		if at >= len(s.data) {
			return 0, errLost
		}
		_, size := utf8.DecodeRune(s.data[at:])
		at += size
	}
	return at, nil
}

// start is where a value begins, behind its anchor and tag.
func (s *source) start(n *yaml.Node) (int, error) {
	at, err := s.offset(n)
	for err == nil && at < len(s.data) && (s.data[at] == '&' || s.data[at] == '!') {
		for at < len(s.data) && !isSpace(s.data[at]) {
			at++
		}
		at = s.skipFiller(at)
	}
	return at, err
}

// end is where a value ends. The column is that of the keys or dashes that hold
// it: the lines of a block text are indented deeper.
func (s *source) end(n *yaml.Node, column int) (int, error) {
	at, err := s.start(n)
	if err != nil {
		return 0, err
	}
	switch {
	case n.Kind == yaml.AliasNode:
		return s.expect(at, "*"+n.Value)
	case n.Kind == yaml.ScalarNode:
		return s.scalarEnd(n, at, column)
	case n.Style&yaml.FlowStyle != 0:
		f, err := s.flow(n)
		if err != nil {
			return 0, err
		}
		return f.end, nil
	case len(n.Content) == 0:
		return 0, errLost
	}
	last := n.Content[len(n.Content)-1]
	inner := n.Content[0].Column - 1
	if n.Kind == yaml.SequenceNode {
		inner = s.columnOf(at)
	}
	if isImplicitNull(last) && n.Kind == yaml.MappingNode {
		return s.colon(n.Content[len(n.Content)-2], inner)
	}
	return s.end(last, inner)
}

func (s *source) expect(at int, text string) (int, error) {
	if !bytes.HasPrefix(s.data[at:], []byte(text)) {
		return 0, errLost
	}
	return at + len(text), nil
}

func (s *source) scalarEnd(n *yaml.Node, at, column int) (int, error) {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return s.quoteEnd(at, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return s.quoteEnd(at, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return s.blockEnd(at, column)
	case n.Value == "": // nothing, or a tag alone
		if n.Style&yaml.TaggedStyle != 0 || n.Anchor != "" {
			return 0, errLost
		}
		return at, nil
	}
	return s.plainEnd(n.Value, at)
}

func (s *source) quoteEnd(at int, quote byte) (int, error) {
	if at >= len(s.data) || s.data[at] != quote {
		return 0, errLost
	}
	for i := at + 1; i < len(s.data); i++ {
		switch {
		case s.data[i] == '\\' && quote == '"':
			i++
		case s.data[i] == quote && quote == '\'' && i+1 < len(s.data) && s.data[i+1] == quote:
			i++
		case s.data[i] == quote:
			return i + 1, nil
		}
	}
	return 0, errLost
}

// plainEnd follows a plain scalar, which YAML changes in its white space only.
func (s *source) plainEnd(value string, at int) (int, error) {
	for i := range len(value) {
		if isSpace(value[i]) {
			continue
		}
		for at < len(s.data) && isSpace(s.data[at]) {
			at++
		}
		if at >= len(s.data) || s.data[at] != value[i] {
			return 0, errLost
		}
		at++
	}
	return at, nil
}

// blockEnd is where the last line of a block text ends. A text that keeps its
// empty lines (|+) ends with the last of them.
func (s *source) blockEnd(at, column int) (int, error) {
	if at >= len(s.data) || s.data[at] != '|' && s.data[at] != '>' {
		return 0, errLost
	}
	end := s.lineEnd(at)
	keeps := bytes.IndexByte(s.data[at:min(at+3, end)], '+') >= 0
	for line := s.nextLine(end); line < len(s.data); {
		next := s.lineEnd(line)
		text := s.data[line:next]
		indent := len(text) - len(bytes.TrimLeft(text, " "))
		switch blank := len(bytes.TrimLeft(text, " \t")) == 0; {
		case !blank && indent <= column:
			return end, nil
		case !blank || keeps:
			end = next
		}
		line = s.nextLine(next)
	}
	return end, nil
}

// colon is the offset behind the colon that follows a key.
func (s *source) colon(key *yaml.Node, column int) (int, error) {
	at, err := s.end(key, column)
	if err != nil {
		return 0, err
	}
	for at < len(s.data) && (s.data[at] == ' ' || s.data[at] == '\t') {
		at++
	}
	if at >= len(s.data) || s.data[at] != ':' {
		return 0, refusal("the key %q is in a style that cmkgate does not edit", shorten(key.Value))
	}
	return at + 1, nil
}

// lineEnd is the offset of the line break that follows, or the end of the data.
func (s *source) lineEnd(at int) int {
	for at < len(s.data) && breakAt(s.data, at) == 0 {
		at++
	}
	return at
}

// nextLine is the offset behind the line break at an offset.
func (s *source) nextLine(at int) int {
	if at >= len(s.data) {
		return at
	}
	return at + breakAt(s.data, at)
}

// breakBefore is where the line break before the beginning of a line begins.
func (s *source) breakBefore(line int) int {
	before := bytes.TrimSuffix(s.data[:line], []byte("\n"))
	return len(bytes.TrimSuffix(before, []byte("\r")))
}

// lineStart is where the line of an offset begins.
func (s *source) lineStart(at int) int {
	low, high := 0, len(s.lines)
	for low+1 < high {
		if mid := (low + high) / 2; s.lines[mid] <= at {
			low = mid
		} else {
			high = mid
		}
	}
	return s.lines[low]
}

// columnOf counts from 0.
func (s *source) columnOf(at int) int {
	return utf8.RuneCount(s.data[s.lineStart(at):at])
}

func (s *source) skipSpace(at int) int {
	for at < len(s.data) && isSpace(s.data[at]) {
		at++
	}
	return at
}

// skipFiller moves past white space and comments.
func (s *source) skipFiller(at int) int {
	for {
		at = s.skipSpace(at)
		if at >= len(s.data) || s.data[at] != '#' {
			return at
		}
		at = s.lineEnd(at)
	}
}

// indentation is the white space that the line of an offset begins with.
func (s *source) indentation(at int) string {
	begin := s.lineStart(at)
	line := string(s.data[begin:s.lineEnd(begin)])
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// beginsLine reports whether nothing but white space stands before an offset.
func (s *source) beginsLine(at int) bool {
	return isBlank(s.data[s.lineStart(at):at])
}

// isRemark reports whether the rest of a line is blank or a comment.
func isRemark(rest []byte) bool {
	trimmed := bytes.TrimLeft(rest, " \t")
	return len(trimmed) == 0 || trimmed[0] == '#' && len(trimmed) < len(rest)
}

func isBlank(text []byte) bool { return len(bytes.Trim(text, " \t")) == 0 }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// isImplicitNull is about a value that is not written at all.
func isImplicitNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0 && n.Anchor == ""
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func isEmpty(n *yaml.Node) bool {
	return (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) && len(n.Content) == 0
}
