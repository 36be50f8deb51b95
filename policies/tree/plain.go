package tree

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// ParsePlain reads a YAML document that is written as most manifests are: in
// ASCII and in blocks, with each scalar on one line, plain or between quotes
// without escapes. It gives up on everything else, on what is not a map, on a
// field that is there twice, and on what is broken; the YAML reader has the
// last word on these. Where it does not give up the tree is that of [FromYAML],
// positions included, in a fraction of the time.
//
// The tree shares the memory of the text.
func ParsePlain(text string) (root *Node, ok bool) { return parsePlain(text, false) }

// PlainNames is [ParsePlain], but the position of a field's value is that of the field's name.
func PlainNames(text string) (root *Node, ok bool) { return parsePlain(text, true) }

func parsePlain(text string, names bool) (root *Node, ok bool) {
	if !isPlainText(text) {
		return nil, false
	}
	p := plainParser{src: text, builder: newBuilder(), names: names}
	if !p.next() {
		return nil, false
	}
	if p.at == 0 && strings.HasPrefix(p.src[p.pos:], "---") {
		if p.pos += len("---"); !p.ends(p.pos) || !p.nextLine() {
			return nil, false
		}
	}
	if p.at < 0 || !p.block(0, 0) || p.at >= 0 {
		return nil, false
	}
	return &p.stack[0], true
}

// maxPlainDepth bounds the recursion; no manifest comes near it.
const maxPlainDepth = 100

// plainParser stands at the first character of what is to be read next.
type plainParser struct {
	builder

	src   string
	pos   int
	line  int // from 0
	start int // where the line starts
	at    int // the column, from 0, that counts as the indentation; -1 at the end
	nodes int
	names bool // fields have the positions of their names
}

// isPlainText reports whether columns are bytes and lines end with \n alone.
func isPlainText(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' || c > '~') && c != '\n' {
			return false
		}
	}
	return true
}

// next moves from the start of a line to the first character of a line that is
// neither empty nor a comment. It fails at the marks that end a document.
func (p *plainParser) next() bool {
	for {
		i := p.start
		for i < len(p.src) && p.src[i] == ' ' {
			i++
		}
		if i == len(p.src) {
			p.pos, p.at = i, -1
			return true
		}
		if c := p.src[i]; c != '\n' && c != '#' {
			p.pos, p.at = i, i-p.start
			return p.at > 0 || p.line == 0 || c != '%' && !p.isMark()
		}
		if !p.skipLine(i) {
			p.pos, p.at = len(p.src), -1
			return true
		}
	}
}

func (p *plainParser) isMark() bool {
	rest := p.src[p.pos:]
	return strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...")
}

// nextLine is next from the line after the one that p stands in.
func (p *plainParser) nextLine() bool {
	if !p.skipLine(p.pos) {
		p.pos, p.at = len(p.src), -1
		return true
	}
	return p.next()
}

// skipLine moves to the start of the line after the one that an offset is in, if there is one.
func (p *plainParser) skipLine(offset int) bool {
	end := strings.IndexByte(p.src[offset:], '\n')
	if end < 0 {
		return false
	}
	p.start = offset + end + 1
	p.line++
	return true
}

// ends reports whether a line has nothing but a comment from an offset on,
// which a blank comes before.
func (p *plainParser) ends(offset int) bool {
	i := p.skipBlanks(offset)
	return p.isLineEnd(i) || i > offset && p.src[i] == '#'
}

func (p *plainParser) skipBlanks(offset int) int {
	for offset < len(p.src) && p.src[offset] == ' ' {
		offset++
	}
	return offset
}

func (p *plainParser) isLineEnd(offset int) bool {
	return offset >= len(p.src) || p.src[offset] == '\n'
}

// isBreak reports whether what stands at an offset makes the character before it an indicator.
func (p *plainParser) isBreak(offset int) bool {
	return p.isLineEnd(offset) || p.src[offset] == ' '
}

func (p *plainParser) isDash() bool {
	return p.at >= 0 && p.src[p.pos] == '-' && p.isBreak(p.pos+1)
}

// mark gives element i the position of an offset in the current line.
func (p *plainParser) mark(i, offset int) {
	p.stack[i].line, p.stack[i].column = int32(p.line+1), int32(offset-p.start+1) //nolint:gosec // no document of 2 GB comes here
}

// block reads the map or list that begins where p stands into element i.
func (p *plainParser) block(i, depth int) bool {
	if depth > maxPlainDepth {
		return false
	}
	p.mark(i, p.pos)
	if p.isDash() {
		return p.list(i, depth)
	}
	return p.fields(i, depth)
}

func (p *plainParser) fields(i, depth int) bool {
	indent, first := p.at, len(p.stack)
	p.stack[i].kind = Map
	for p.at == indent {
		end, ok := p.nameEnd(p.pos)
		if !ok {
			return false
		}
		name := p.src[p.pos:end]
		if hasField(p.stack[first:], name) || !p.push() {
			return false
		}
		field, line, column := len(p.stack)-1, p.line+1, p.pos-p.start+1
		p.stack[field].key = name
		if !p.value(field, depth, indent, end+1, true) {
			return false
		}
		if p.names {
			p.stack[field].line, p.stack[field].column = int32(line), int32(column) //nolint:gosec // as in mark
		}
	}
	p.stack[i].hold(p.take(first))
	return p.at < indent
}

func (p *plainParser) list(i, depth int) bool {
	indent, first := p.at, len(p.stack)
	p.stack[i].kind = List
	for p.at == indent && p.isDash() {
		if !p.push() {
			return false
		}
		element, begin := len(p.stack)-1, p.skipBlanks(p.pos+1)
		if _, isField := p.nameEnd(begin); isField || !p.isLineEnd(begin) && p.src[begin] == '-' && p.isBreak(begin+1) {
			p.pos, p.at = begin, begin-p.start
			if !p.block(element, depth+1) {
				return false
			}
			continue
		}
		if !p.value(element, depth, indent, p.pos+1, false) {
			return false
		}
	}
	p.stack[i].children = p.take(first)
	return p.at <= indent
}

// maxNodes bounds what is read in the fast way.
const maxNodes = 1 << 20

// push adds an element to the stack, unless there are too many.
func (p *plainParser) push() bool {
	p.stack = append(p.stack, Node{})
	p.nodes++
	return p.nodes < maxNodes
}

// value reads into element i what follows the indicator that ends at an offset:
// a scalar, or a block in the lines below, and moves to the line after it.
func (p *plainParser) value(i, depth, indent, offset int, ofField bool) bool {
	if !p.ends(offset) {
		begin := p.skipBlanks(offset)
		p.mark(i, begin)
		end, ok := p.scalar(i, begin)
		if !ok || !p.ends(end) {
			return false
		}
		return p.nextLine() && p.at <= indent // or the scalar goes on
	}
	p.mark(i, offset)
	if !p.nextLine() {
		return false
	}
	if p.at > indent || ofField && p.at == indent && p.isDash() {
		return p.block(i, depth+1)
	}
	return true
}

// nameEnd is where the field name that begins at an offset ends, if one does.
func (p *plainParser) nameEnd(offset int) (end int, ok bool) {
	end = offset
	for end < len(p.src) && isNameByte(p.src[end]) {
		end++
	}
	const longest = 512 // the YAML reader stops at 1024
	if end == offset || end-offset > longest || !isLetter(p.src[offset]) || end == len(p.src) || p.src[end] != ':' || !p.isBreak(end+1) {
		return 0, false
	}
	kind, _ := yaml11Bool(p.src[offset:end])
	return end, kind == String && !isNullWord(p.src[offset:end])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '-' || c == '.' || c == '/'
}

func isNullWord(s string) bool { return s == "null" || s == "Null" || s == "NULL" || s == "~" }

// hasField is meant for few fields; with very many it gives up.
func hasField(fields []Node, name string) bool {
	const many = 200
	if len(fields) > many {
		return true
	}
	for i := range fields {
		if fields[i].key == name {
			return true
		}
	}
	return false
}

// scalar reads the scalar at an offset into element i and returns where it ends.
func (p *plainParser) scalar(i, offset int) (end int, ok bool) {
	n := &p.stack[i]
	switch c := p.src[offset]; {
	case c == '"' || c == '\'':
		text, closed := p.quoted(offset)
		n.kind, n.text = String, text
		return offset + len(text) + 2, closed
	case strings.HasPrefix(p.src[offset:], "{}"):
		n.kind, n.children = Map, []Node{}
		return offset + 2, true
	case strings.HasPrefix(p.src[offset:], "[]"):
		n.kind, n.children = List, []Node{}
		return offset + 2, true
	case isLetter(c), isDigit(c), strings.IndexByte("_/.+$(~<", c) >= 0, c == '-' && !p.isBreak(offset+1):
		text, ok := p.plain(offset)
		return offset + len(text), ok && typed(n, text)
	}
	return 0, false
}

// quoted is the text between quotes.
func (p *plainParser) quoted(offset int) (text string, ok bool) {
	quote := p.src[offset]
	text = p.src[offset+1:]
	end := strings.IndexByte(text, quote)
	if end < 0 {
		return "", false
	}
	text = text[:end]
	doubled := quote == '\'' && strings.HasPrefix(p.src[offset+end+2:], "'")
	return text, !doubled && strings.IndexByte(text, '\n') < 0 && (quote == '\'' || strings.IndexByte(text, '\\') < 0)
}

// plain is the text of a plain scalar, up to a comment or the end of the line.
// It fails where the text holds what would make it a field.
func (p *plainParser) plain(offset int) (text string, ok bool) {
	text = p.src[offset:]
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	if comment := strings.Index(text, " #"); comment >= 0 {
		text = text[:comment]
	}
	text = strings.TrimRight(text, " ")
	return text, !strings.Contains(text, ": ") && !strings.HasSuffix(text, ":")
}

// typed gives a plain scalar its type.
func typed(n *Node, text string) bool {
	// The letters with which YAML's words for booleans and null begin.
	if c := text[0]; isLetter(c) && strings.IndexByte("yYnNtTfFoO", c) < 0 {
		n.kind, n.text = String, text
		return true
	}
	if isShortInteger(text) {
		n.kind, n.text = Number, text
		return true
	}
	var err error
	n.kind, n.text, err = scalar(&yaml.Node{Kind: yaml.ScalarNode, Value: text})
	return err == nil
}

// isShortInteger reports whether a text is a number that is written alike everywhere.
func isShortInteger(text string) bool {
	const digits = 18
	if len(text) > digits || text[0] == '0' && len(text) > 1 {
		return false
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}
