package manifest

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// PositionWithin is the line and column, from 1, of a place inside the JSON
// text at a path or, if there is none, of the name of its nearest parent;
// where the JSON breaks if it does; and that of the text if its characters
// cannot be found in the file.
func (o *Object) PositionWithin(path, within tree.Path) (line, column int) {
	if o.text == nil || o.text.path.String() != path.String() {
		o.text = newText(o, path)
	}
	if at, ok := o.text.position(o.text.offset(within)); ok {
		return o.before + at.line, at.column
	}
	return o.Position(path)
}

// text is a JSON text in a YAML scalar.
type text struct {
	path tree.Path
	json string
	root *tree.Node
	// broken is the offset at which the text stops being JSON.
	broken int
	// lines are the offsets at which the lines of the text begin.
	lines []int
	// places are where the characters of the text that are no white space stand in the file.
	places []place
	// visible counts such characters before each offset of the text.
	visible []int32
}

type place struct{ line, column int }

func newText(o *Object, path tree.Path) *text {
	t := &text{path: path.Clone(), json: o.Root.Find(path).Str(), lines: []int{0}}
	var err error
	t.root, err = tree.ParseText(t.json)
	if syntax, ok := errors.AsType[*tree.SyntaxError](err); ok {
		t.broken = syntax.Offset
	}
	t.visible = make([]int32, 0, len(t.json)+1)
	n := int32(0)
	for i, c := range []byte(t.json) {
		t.visible = append(t.visible, n)
		switch {
		case c == '\n':
			t.lines = append(t.lines, i+1)
		case !isSpace(rune(c)) && utf8.RuneStart(c):
			n++
		}
	}
	t.visible = append(t.visible, n)
	if node := resolve(nodeAt(o.yaml(), path)); node != nil {
		t.places = align(t.json, node, o.source)
	}
	return t
}

// offset is where in the text a place begins.
func (t *text) offset(within tree.Path) int {
	if t.root == nil {
		return t.broken
	}
	value, steps := t.root.Nearest(within)
	line, column := value.Position()
	if line == 0 || line > len(t.lines) {
		return 0
	}
	offset := t.lines[line-1] + column - 1
	if steps < len(within) && steps > 0 && within[steps-1].IsKey() {
		return nameBefore(t.json, offset)
	}
	return offset
}

// nameBefore is where the name begins of the value at an offset.
func nameBefore(json string, offset int) int {
	before := strings.TrimRight(json[:offset], " \t\r\n")
	before = strings.TrimRight(strings.TrimSuffix(before, ":"), " \t\r\n")
	name, ok := strings.CutSuffix(before, `"`)
	for ok {
		i := strings.LastIndexByte(name, '"')
		if i < 0 {
			break
		}
		name = name[:i]
		if escapes := len(name) - len(strings.TrimRight(name, `\`)); escapes%2 == 0 {
			return i
		}
	}
	return offset
}

// position is where the character at an offset stands in the file; after the
// last one, where that one stands.
func (t *text) position(offset int) (place, bool) {
	if len(t.places) == 0 {
		return place{}, false
	}
	return t.places[min(int(t.visible[min(offset, len(t.visible)-1)]), len(t.places)-1)], true
}

func isSpace(c rune) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// align finds the visible characters of a text, one after the other, in the
// source of its scalar: however YAML folds lines and quotes, it changes white
// space only, and escapes one character at a time. Nil where they differ.
func align(json string, node *yaml.Node, source []byte) []place {
	s := scalarSource{rest: source, at: place{1, 1}}
	s.skipTo(node.Line, node.Column)
	s.begin(node.Style)
	var places []place
	for _, want := range json {
		if isSpace(want) {
			continue
		}
		got, at, ok := s.next()
		if !ok || got != want {
			return nil
		}
		places = append(places, at)
	}
	return places
}

// scalarSource reads the characters of a scalar out of the file.
type scalarSource struct {
	rest  []byte
	at    place
	quote byte // ' or ", 0 for neither
}

func (s *scalarSource) skipTo(line, column int) {
	for len(s.rest) > 0 && (s.at.line < line || s.at.line == line && s.at.column < column) {
		s.read()
	}
}

// begin skips what stands before the characters: anchor and tag, the
// indicator of a block, the quotation mark.
func (s *scalarSource) begin(style yaml.Style) {
	for len(s.rest) > 0 && (s.rest[0] == '&' || s.rest[0] == '!') {
		for len(s.rest) > 0 && !isSpace(rune(s.rest[0])) {
			s.read()
		}
		for len(s.rest) > 0 && isSpace(rune(s.rest[0])) {
			s.read()
		}
	}
	switch {
	case len(s.rest) == 0:
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		for len(s.rest) > 0 && s.rest[0] != '\n' {
			s.read()
		}
	case style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		s.quote = s.rest[0]
		s.read()
	}
}

// read takes one character and moves on as the YAML reader counts: in
// characters, with CRLF as one line break.
func (s *scalarSource) read() rune {
	r, size := utf8.DecodeRune(s.rest)
	s.rest = s.rest[size:]
	if r == '\n' {
		s.at = place{s.at.line + 1, 1}
	} else {
		s.at.column++
	}
	return r
}

// next is the next character that is no white space.
func (s *scalarSource) next() (rune, place, bool) {
	for len(s.rest) > 0 {
		at := s.at
		r := s.read()
		switch {
		case isSpace(r):
			continue
		case s.quote == '\'' && r == '\'':
			s.read() // the second of two
		case s.quote == '"' && r == '\\':
			if r = s.escape(); r < 0 || isSpace(r) {
				continue
			}
		}
		return r, at, true
	}
	return 0, s.at, false
}

// escape reads what follows a backslash between double quotes; -1 stands for
// an escaped line break. Escapes that JSON texts do not need end the search,
// since what they come to differs from the text.
func (s *scalarSource) escape() rune {
	if len(s.rest) == 0 {
		return -1
	}
	r := s.read()
	if i := strings.IndexRune("nrt", r); i >= 0 {
		return rune("\n\r\t"[i])
	}
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[r]
	if digits == 0 || len(s.rest) < digits {
		if r == '\n' || r == '\r' {
			return -1
		}
		return r
	}
	var code rune
	for range digits {
		code = code<<4 | rune(max(bytes.IndexRune([]byte("0123456789abcdef"), s.read()|0x20), 0)) //nolint:gosec // below 16
	}
	return code
}

// nodeAt is the value at a path, nil if the path leads through a merge key.
func nodeAt(node *yaml.Node, path tree.Path) *yaml.Node {
	for _, step := range path {
		if node = resolve(node); step.IsKey() {
			node = fieldOf(node, step.Key)
		} else {
			node = child(node, step.Index)
		}
	}
	return node
}
