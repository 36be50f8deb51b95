package edit

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// embedded is a text, and where its characters stand in the source. White space
// is omitted: YAML folds and indents it.
type embedded struct {
	text string
	// from and to are the offsets in the source of the character at each byte
	// of the text; from is -1 for white space.
	from, to []int
	// encode writes a piece of the text as the source does.
	encode func(string) string
}

// textIn changes the JSON text in a scalar of a YAML document.
func (p *planner) textIn(c *change, s slot) error {
	n := resolve(s.node)
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return errLost
	}
	at, err := p.start(n)
	if err != nil {
		return err
	}
	column := s.column
	if s.node.Kind == yaml.AliasNode {
		return refusal("the text is an alias (*%s), and others may refer to the same", shorten(s.node.Value))
	}
	end, err := p.end(n, column)
	if err != nil {
		return err
	}
	e := embedded{text: n.Value, encode: onOneLine}
	read := readPlain
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		e.encode, read = escaped, readEscaped
		at, end = at+1, end-1
	case n.Style&yaml.SingleQuotedStyle != 0:
		e.encode, read = func(s string) string { return strings.ReplaceAll(onOneLine(s), "'", "''") }, readDoubled
		at, end = at+1, end-1
	case n.Style&yaml.LiteralStyle != 0:
		at = p.nextLine(p.lineEnd(at))
		e.encode = p.indented(n.Value, at)
	case n.Style&yaml.FoldedStyle != 0:
		at = p.nextLine(p.lineEnd(at))
	}
	if !e.align(p.data, at, end, read) {
		return refusal("the text is in a style that cmkgate does not edit")
	}
	return p.text(c, e)
}

// jsonScalar is a text in a JSON document.
func jsonScalar(literal string, start int) embedded {
	text, err := unquoteJSON(literal)
	e := embedded{text: text, encode: escaped}
	if err != nil || !e.align([]byte(literal), 1, len(literal)-1, readEscaped) {
		return embedded{}
	}
	for i := range e.from {
		if e.from[i] >= 0 {
			e.from[i], e.to[i] = e.from[i]+start, e.to[i]+start
		}
	}
	return e
}

// text changes a JSON text and carries the splices over to the source.
func (p *planner) text(c *change, e embedded) error {
	if _, err := tree.ParseText(e.text); err != nil || e.from == nil {
		return refusal("the text is not valid JSON up to its end, or in a style that cmkgate does not edit")
	}
	inner := &planner{source: newSource([]byte(e.text)), json: true}
	inner.eol = "\n"
	if err := inner.jsonRoot(c); err != nil {
		return err
	}
	splices, err := inner.ordered()
	if err != nil {
		return err
	}
	for _, s := range splices {
		from, to, ok := e.place(s)
		if !ok {
			return errLost
		}
		p.splice(from, to, e.encode(s.Text))
	}
	return nil
}

// place is where a splice of the text belongs in the source. What is put in
// follows the character before it.
func (e *embedded) place(s Splice) (from, to int, ok bool) {
	visible := func(i int) bool { return i >= 0 && i < len(e.from) && e.from[i] >= 0 }
	switch {
	case s.Start == s.End && visible(s.Start-1):
		return e.to[s.Start-1], e.to[s.Start-1], true
	case !visible(s.Start) && visible(s.Start-1):
		from = e.to[s.Start-1]
	case visible(s.Start):
		from = e.from[s.Start]
	default:
		return 0, 0, false
	}
	switch {
	case visible(s.End - 1):
		return from, e.to[s.End-1], true
	case visible(s.End):
		return from, e.from[s.End], true
	}
	return 0, 0, false
}

// reader reads one character at an offset of the source and gives its length;
// -1 stands for nothing.
type reader func(data []byte, at int) (r rune, size int)

// align finds the characters of the text, one after the other, between two
// offsets of the source.
func (e *embedded) align(data []byte, at, end int, read reader) bool {
	e.from, e.to = make([]int, len(e.text)), make([]int, len(e.text))
	for i := range e.from {
		e.from[i] = -1
	}
	for i, want := range e.text {
		if isSpaceRune(want) {
			continue
		}
		from, to, ok := find(want, data, at, end, read)
		if !ok {
			return false
		}
		for k := i; k < i+utf8.RuneLen(want); k++ {
			e.from[k], e.to[k] = from, to
		}
		at = to
	}
	return true
}

// find skips white space to a character.
func find(want rune, data []byte, at, end int, read reader) (from, to int, ok bool) {
	for at < end {
		got, size := read(data, at)
		switch {
		case size <= 0:
			return 0, 0, false
		case got >= 0 && !isSpaceRune(got):
			return at, at + size, got == want && got != utf8.RuneError
		}
		at += size
	}
	return 0, 0, false
}

func isSpaceRune(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

func readPlain(data []byte, at int) (rune, int) { return utf8.DecodeRune(data[at:]) }

func readDoubled(data []byte, at int) (rune, int) {
	if data[at] == '\'' {
		return '\'', 2
	}
	return utf8.DecodeRune(data[at:])
}

// readEscaped reads what stands between double quotes.
func readEscaped(data []byte, at int) (rune, int) {
	if data[at] != '\\' || at+1 >= len(data) {
		return utf8.DecodeRune(data[at:])
	}
	switch c := data[at+1]; c {
	case '"', '\\', '/', ' ':
		return rune(c), 2
	case 'n':
		return '\n', 2
	case 't', '\t':
		return '\t', 2
	case 'r':
		return '\r', 2
	case '\n', '\r':
		return -1, 2
	case 'x':
		return hex(data, at+2, 2), 4
	case 'U':
		return hex(data, at+2, 8), 10
	case 'u':
		r := hex(data, at+2, 4)
		if utf16.IsSurrogate(r) && at+8 <= len(data) {
			return utf16.DecodeRune(r, hex(data, at+8, 4)), 12
		}
		return r, 6
	}
	return 0, 0
}

func hex(data []byte, at, digits int) rune {
	if at+digits > len(data) {
		return 0
	}
	v, err := strconv.ParseUint(string(data[at:at+digits]), 16, 32)
	if err != nil {
		return 0
	}
	return rune(v) //nolint:gosec // what is no character equals none
}

// onOneLine writes a piece of JSON where a line break would be folded.
func onOneLine(s string) string {
	lines := strings.Split(s, "\n")
	for i := 1; i < len(lines); i++ {
		lines[i] = strings.TrimLeft(lines[i], " \t")
	}
	return strings.Join(lines, " ")
}

// escaped writes a piece of JSON between double quotes.
func escaped(s string) string {
	quoted := jsonText(s)
	return quoted[1 : len(quoted)-1]
}

// indented writes a piece of JSON into a block text, whose lines begin at an offset.
func (p *planner) indented(text string, at int) func(string) string {
	first := 0
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimLeft(line, " "); trimmed != "\n" && trimmed != "" {
			first = len(line) - len(trimmed)
			break
		}
	}
	for at < len(p.data) && isBlank(p.data[at:p.lineEnd(at)]) && p.nextLine(p.lineEnd(at)) > at {
		at = p.nextLine(p.lineEnd(at))
	}
	margin := p.indentation(min(at, len(p.data)))
	margin = margin[min(first, len(margin)):]
	eol := p.eol
	if end := p.lineEnd(at); p.nextLine(end) > end {
		eol = string(p.data[end:p.nextLine(end)])
	}
	return func(s string) string { return strings.ReplaceAll(s, "\n", eol+margin) }
}
