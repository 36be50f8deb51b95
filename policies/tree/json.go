package tree

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is the nesting that encoding/json accepts; the API server's own
// decoder stops there too.
const maxDepth = 10000

// ParseJSON reads one JSON value. It accepts what encoding/json accepts, keeps
// numbers as they are written, and never fails on size or content other than
// by an error that names the byte offset.
func ParseJSON(data []byte) (*Node, error) { return parseJSON(jsonParser{src: string(data)}) }

// ParseObject is ParseJSON for a Kubernetes object that an API server sent. It
// leaves metadata.managedFields out, which no policy reads and which is often
// half of the object; what stands in it is skipped, not checked.
func ParseObject(data []byte) (*Node, error) {
	return parseJSON(jsonParser{src: string(data), object: true})
}

// ParseBounded is ParseObject for an object that anybody may have sent: one with
// more than MaxValues values is an error.
func ParseBounded(data []byte) (*Node, error) {
	return parseJSON(jsonParser{src: string(data), object: true, most: MaxValues})
}

// ParseReview is ParseBounded for an AdmissionReview and the two objects in it,
// which share the memory of the text.
func ParseReview(text string) (*Node, error) {
	const depth = 2 // request.object, request.oldObject
	return parseJSON(jsonParser{src: text, object: true, objectDepth: depth, most: 2 * MaxValues})
}

// ParseText is ParseJSON for a text that a person looks at: values know their
// line and column in it, from 1, the column in bytes.
func ParseText(text string) (*Node, error) { return parseJSON(jsonParser{src: text, positions: true}) }

// ParseBoundedText is ParseText with the bound of ParseBounded.
func ParseBoundedText(text string) (*Node, error) {
	return parseJSON(jsonParser{src: text, positions: true, most: MaxValues})
}

// MaxValues bounds the memory that a text can take: a value of two bytes, such
// as those in [0,0], becomes a node of 72. etcd takes objects of 1.5 MB, in which
// values of 15 bytes each would be as many; real ones have a tenth of that.
const MaxValues = 100_000

// ErrTooManyValues is the error for a text with more than MaxValues values.
var ErrTooManyValues = fmt.Errorf("more than %d values", MaxValues)

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Problem string
	// Offset is the number of bytes before the place.
	Offset int
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at offset %d", e.Problem, e.Offset) }

func parseJSON(p jsonParser) (*Node, error) {
	p.builder = newBuilder()
	if !utf8.ValidString(p.src) {
		p.src = string([]rune(p.src)) // U+FFFD for each bad byte, as in encoding/json
	}
	p.space()
	if err := p.value(0, 0); err != nil {
		return nil, err
	}
	p.space()
	if p.pos < len(p.src) {
		return nil, p.unexpected("after the value")
	}
	root := p.stack[0]
	return &root, nil
}

// jsonParser stands at what is to be read next.
type jsonParser struct {
	builder

	src string
	pos int

	most   int // more values are an error; 0 for no bound
	values int

	object      bool // metadata.managedFields is omitted
	objectDepth int  // where objects begin
	metadata    bool // the field of an object that is being read is metadata

	positions bool // values are given their line and column
	line      int  // the number of line breaks so far
	lineStart int  // the offset after the last of them
}

// value reads a value into element i of the stack.
func (p *jsonParser) value(i, depth int) error {
	if p.pos >= len(p.src) {
		return p.end()
	}
	if p.positions {
		p.stack[i].line, p.stack[i].column = int32(p.line+1), int32(p.pos-p.lineStart+1) //nolint:gosec // no text of 2 GB comes here
	}
	switch p.src[p.pos] {
	case '{':
		return p.container(i, Map, '}', depth)
	case '[':
		return p.container(i, List, ']', depth)
	case '"':
		text, escapes, err := p.str()
		n := &p.stack[i]
		n.kind, n.text, n.escaped = String, text, escapes
		return err
	case 't':
		return p.literal(i, "true", Bool)
	case 'f':
		return p.literal(i, "false", Bool)
	case 'n':
		return p.literal(i, "null", Null)
	default:
		return p.number(i)
	}
}

func (p *jsonParser) container(i int, kind Kind, end byte, depth int) error {
	if depth >= maxDepth {
		return &SyntaxError{fmt.Sprintf("JSON is nested more than %d levels deep", maxDepth), p.pos}
	}
	p.pos++
	p.stack[i].kind = kind
	mark := len(p.stack)
	p.space()
	if p.peek() == end {
		p.pos++
		return nil
	}
	for {
		if err := p.member(kind, depth); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.pos++
			p.space()
		case end:
			p.pos++
			p.stack[i].hold(p.take(mark))
			return nil
		default:
			return p.unexpected("in " + kind.String())
		}
	}
}

func (p *jsonParser) member(kind Kind, depth int) error {
	i := len(p.stack)
	p.stack = append(p.stack, Node{})
	p.values++
	if p.values > p.most && p.most > 0 {
		return ErrTooManyValues
	}
	if kind == List {
		return p.value(i, depth+1)
	}
	if p.peek() != '"' {
		return p.unexpected("where a field name is expected")
	}
	key, escapes, err := p.str()
	if err != nil {
		return err
	}
	if escapes {
		key = unquote(key)
	}
	p.stack[i].key = key
	p.space()
	if p.peek() != ':' {
		return p.unexpected("after a field name")
	}
	p.pos++
	p.space()
	switch {
	case !p.object || depth < p.objectDepth || depth > p.objectDepth+1:
	case depth == p.objectDepth:
		p.metadata = key == "metadata"
	case p.metadata && key == "managedFields" && (p.peek() == '[' || p.peek() == '{'):
		return p.pass()
	}
	return p.value(i, depth+1)
}

// pass moves past a map or list by its brackets alone.
func (p *jsonParser) pass() error {
	open := 0
	for ; p.pos < len(p.src); p.pos++ {
		switch p.src[p.pos] {
		case '"':
			if _, _, err := p.str(); err != nil {
				return err
			}
			p.pos--
		case '{', '[':
			open++
		case '}', ']':
			open--
			if open == 0 {
				p.pos++
				return nil
			}
		}
	}
	return p.end()
}

func (p *jsonParser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *jsonParser) space() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\t', '\r':
			p.pos++
		case '\n':
			p.pos++
			p.line, p.lineStart = p.line+1, p.pos
		default:
			return
		}
	}
}

func (p *jsonParser) unexpected(where string) error {
	if p.pos >= len(p.src) {
		return p.end()
	}
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return &SyntaxError{fmt.Sprintf("unexpected %q %s", r, where), p.pos}
}

func (p *jsonParser) end() error { return &SyntaxError{"unexpected end of JSON", len(p.src)} }

func (p *jsonParser) literal(i int, word string, kind Kind) error {
	if !strings.HasPrefix(p.src[p.pos:], word) {
		return p.unexpected("where a value is expected")
	}
	p.pos += len(word)
	if kind != Null {
		p.stack[i].kind, p.stack[i].text = kind, word
	}
	return nil
}

func (p *jsonParser) number(i int) error {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	switch c := p.peek(); {
	case c == '0':
		p.pos++
	case c >= '1' && c <= '9':
		p.digits()
	default:
		return p.unexpected("where a value is expected")
	}
	if p.peek() == '.' {
		p.pos++
		if !p.digits() {
			return p.unexpected("in a number")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return p.unexpected("in a number")
		}
	}
	p.stack[i].kind, p.stack[i].text = Number, p.src[start:p.pos]
	return nil
}

func (p *jsonParser) digits() bool {
	start := p.pos
	for p.peek() >= '0' && p.peek() <= '9' {
		p.pos++
	}
	return p.pos > start
}

// str reads a string and reports whether it has escapes, which stay in it:
// most strings are never looked at. All share the source's memory.
func (p *jsonParser) str() (text string, escapes bool, err error) {
	src, start := p.src, p.pos+1
	for i := start; i < len(src); i++ {
		switch c := src[i]; {
		case c == '"':
			p.pos = i + 1
			return src[start:i], escapes, nil
		case c == '\\':
			n := escapeLength(src[i:])
			if n == 0 {
				p.pos = i
				return "", false, p.unexpected("in a string: not an escape sequence")
			}
			escapes = true
			i += n - 1
		case c < 0x20:
			p.pos = i
			return "", false, p.unexpected("in a string")
		}
	}
	return "", false, p.end()
}

// escapeLength is the length of the escape sequence that s begins with, 0 for a bad one.
func escapeLength(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s); ok {
			return 6
		}
	}
	return 0
}

// unquote resolves the escapes of a string that str has read.
func unquote(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		r, n := unescape(s[i:])
		b.WriteString(s[:i])
		b.WriteRune(r)
		s = s[i+n:]
	}
}

// unescape reads one good escape sequence and gives its length. A lone
// surrogate becomes U+FFFD, as in encoding/json.
func unescape(s string) (rune, int) {
	if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2
	}
	r, _ := hex4(s)
	if utf16.IsSurrogate(r) {
		if low, ok := hex4(s[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return r, 6
}

func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(v), err == nil
}
