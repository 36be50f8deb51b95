package manifest

import (
	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Object is an object that knows where it stands.
type Object struct {
	policies.Object
	File string
	// before is the number of lines before the document that the object was parsed from.
	before int
	// node is what the object was parsed from, nil when the YAML reader did not parse it.
	node *yaml.Node
	// source is the document as it stands in the file; it goes with the document.
	source []byte
	// Value is what the object stands in, and At the path to it: an item of a List.
	Value *Value
	At    tree.Path
	// text is the last one that PositionWithin looked into.
	text *text
}

// Value is one YAML document, or one of the JSON values, in the data of a Document.
type Value struct {
	Root *tree.Node
	// Node is what the YAML reader made of it, nil when it did not parse it.
	Node *yaml.Node
	// Data holds the value, which begins at Begin in the data of the Document.
	Data  []byte
	Begin int
}

// Position is the line and column, from 1, of the value at a path or, where
// there is none, of the name of its nearest parent. The path nil stands for the
// object itself.
func (o *Object) Position(path tree.Path) (line, column int) {
	value, steps := o.Root.Nearest(path)
	line, column = value.Position()
	if steps < len(path) || value.Absent() {
		if name := nameAt(o.node, path[:steps]); name != nil {
			line, column = name.Line, name.Column
		}
	}
	return o.before + max(line, 1), max(column, 1)
}

// NamePosition is the line and column, from 1, of the name of a field, and of
// its value where the name cannot be found.
func (o *Object) NamePosition(path tree.Path) (line, column int) {
	if name := nameAt(o.node, path); name != nil && len(path) > 0 {
		return o.before + name.Line, name.Column
	}
	return o.Position(path)
}

// nameAt is where the name of the last field of a path stands, nil where the
// path leads through a merge key.
func nameAt(node *yaml.Node, path tree.Path) *yaml.Node {
	var name *yaml.Node
	for _, step := range path {
		node = resolve(node)
		if step.IsKey() {
			name, node = fieldAndName(node, step.Key)
		} else {
			node = child(node, step.Index)
			name = node
		}
		if node == nil {
			return nil
		}
	}
	return name
}

// resolve follows an alias.
func resolve(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func fieldOf(node *yaml.Node, key string) *yaml.Node {
	_, value := fieldAndName(node, key)
	return value
}

// fieldAndName finds a field of a map; of two with the same name the last counts.
func fieldAndName(node *yaml.Node, key string) (name, value *yaml.Node) {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := len(node.Content) - 2; i >= 0; i -= 2 {
		if resolve(node.Content[i]).Value == key {
			return node.Content[i], node.Content[i+1]
		}
	}
	return nil, nil
}

func child(node *yaml.Node, i int) *yaml.Node {
	if node == nil || node.Kind != yaml.SequenceNode || i >= len(node.Content) {
		return nil
	}
	return node.Content[i]
}
