package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// plainNode makes of a plain document what the YAML reader would make of it, as
// far as kinds, texts, quotes and positions go, in a fraction of the time.
func plainNode(text string, root, names *tree.Node) *yaml.Node {
	b := plainBuilder{lines: strings.Split(text, "\n")}
	return b.node(root, names)
}

type plainBuilder struct{ lines []string }

// node makes a node of a value; names is the same value with the positions of names.
func (b *plainBuilder) node(value, names *tree.Node) *yaml.Node {
	n := &yaml.Node{}
	n.Line, n.Column = value.Position()
	switch value.Kind() {
	case tree.Map:
		n.Kind = yaml.MappingNode
	case tree.List:
		n.Kind = yaml.SequenceNode
	default:
		b.scalar(n)
		return n
	}
	if value.Len() == 0 {
		n.Style = yaml.FlowStyle
	}
	for i := range value.Len() {
		if n.Kind == yaml.MappingNode {
			key := &yaml.Node{Kind: yaml.ScalarNode, Value: value.At(i).Key()}
			key.Line, key.Column = names.At(i).Position()
			n.Content = append(n.Content, key)
		}
		n.Content = append(n.Content, b.node(value.At(i), names.At(i)))
	}
	return n
}

// scalar takes the text as it is written: a tree has yes as true.
func (b *plainBuilder) scalar(n *yaml.Node) {
	n.Kind = yaml.ScalarNode
	rest := b.lines[n.Line-1][n.Column-1:]
	switch {
	case rest == "" || rest[0] == ' ': // behind the colon or dash of nothing
	case rest[0] == '"':
		n.Style = yaml.DoubleQuotedStyle
		n.Value, _, _ = strings.Cut(rest[1:], `"`)
	case rest[0] == '\'':
		n.Style = yaml.SingleQuotedStyle
		n.Value, _, _ = strings.Cut(rest[1:], "'")
	default:
		n.Value, _, _ = strings.Cut(rest, " #")
		n.Value = strings.TrimRight(n.Value, " ")
	}
}
