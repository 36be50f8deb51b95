package tree

import "go.yaml.in/yaml/v3"

// PlainYAML is what the YAML reader makes of a document that [ParsePlain] and
// [PlainNames] have read, comments omitted, in a fraction of its time.
func PlainYAML(text string, values, names *Node) *yaml.Node {
	c := plainConverter{src: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			c.lines = append(c.lines, i+1)
		}
	}
	out := &yaml.Node{}
	c.convert(out, values, names)
	return out
}

type plainConverter struct {
	src   string
	lines []int // where they begin
	free  []yaml.Node
}

// next is a node of a block of them.
func (c *plainConverter) next() *yaml.Node {
	if len(c.free) == 0 {
		c.free = make([]yaml.Node, blockSize)
	}
	n := &c.free[0]
	c.free = c.free[1:]
	return n
}

func (c *plainConverter) convert(dst *yaml.Node, value, name *Node) {
	dst.Line, dst.Column = value.Position()
	begin := c.lines[value.line-1] + int(value.column) - 1
	switch value.kind {
	case Map:
		dst.Kind, dst.Tag = yaml.MappingNode, "!!map"
	case List:
		dst.Kind, dst.Tag = yaml.SequenceNode, "!!seq"
	default:
		c.scalar(dst, value, begin)
		return
	}
	if c.src[begin] == '{' || c.src[begin] == '[' {
		dst.Style = yaml.FlowStyle
	}
	if n := len(value.children); value.kind == Map && n > 0 {
		dst.Content = make([]*yaml.Node, 0, 2*n)
	}
	for i := range value.children {
		if value.kind == Map {
			key := c.next()
			key.Kind, key.Tag, key.Value = yaml.ScalarNode, "!!str", value.children[i].key
			key.Line, key.Column = name.children[i].Position()
			dst.Content = append(dst.Content, key)
		}
		child := c.next()
		c.convert(child, &value.children[i], &name.children[i])
		dst.Content = append(dst.Content, child)
	}
}

func (c *plainConverter) scalar(dst *yaml.Node, value *Node, begin int) {
	dst.Kind = yaml.ScalarNode
	switch {
	case begin == len(c.src) || c.src[begin] == '\n' || c.src[begin] == ' ':
		dst.Tag = "!!null"
	case c.src[begin] == '"':
		dst.Tag, dst.Style, dst.Value = "!!str", yaml.DoubleQuotedStyle, value.text
	case c.src[begin] == '\'':
		dst.Tag, dst.Style, dst.Value = "!!str", yaml.SingleQuotedStyle, value.text
	default:
		p := plainParser{src: c.src}
		dst.Value, _ = p.plain(begin)
		if value.kind == String && isLetter(dst.Value[0]) {
			dst.Tag = "!!str"
		} else {
			dst.Tag = dst.ShortTag() // slow; it may take for a text what kubectl does not, or a date for none
		}
	}
}
