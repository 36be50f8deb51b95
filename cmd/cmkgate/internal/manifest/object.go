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
	// node is what the object was parsed from, nil if the YAML reader did not parse it.
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
	// Data holds the value, which begins at Begin in the data of the Document.
	Data  []byte
	Begin int
	// plain is set where the value was read without the YAML reader. Node is nil then until someone asks for it.
	plain bool
	node  *yaml.Node
	// names has the positions of the names in a plain value, once someone asked for one.
	names *tree.Node
}

// Node is what the YAML reader makes of the value, nil if it cannot read it.
// Where the value is plain it lacks the comments.
func (v *Value) Node() *yaml.Node {
	if v.plain && v.node == nil {
		v.node = tree.PlainYAML(string(v.Data), v.Root, v.plainNames())
	}
	return v.node
}

func (v *Value) plainNames() *tree.Node {
	if v.names == nil {
		v.names, _ = tree.PlainNames(string(v.Data))
	}
	return v.names
}

// Position is the line and column, from 1, of the value at a path or, if there
// is none, of the name of its nearest parent. The path nil stands for the
// object itself.
func (o *Object) Position(path tree.Path) (line, column int) {
	value, steps := o.Root.Nearest(path)
	line, column = value.Position()
	if steps < len(path) || value.Absent() {
		if nameLine, nameColumn, ok := o.name(path[:steps]); ok {
			line, column = nameLine, nameColumn
		}
	}
	return o.before + max(line, 1), max(column, 1)
}

// NamePosition is the line and column, from 1, of the name of a field, and of
// its value where the name cannot be found.
func (o *Object) NamePosition(path tree.Path) (line, column int) {
	if line, column, ok := o.name(path); ok {
		return o.before + line, column
	}
	return o.Position(path)
}

// name is where in the document the name of the last field of a path stands.
func (o *Object) name(path tree.Path) (line, column int, ok bool) {
	if len(path) == 0 {
		return 0, 0, false
	}
	if o.Value.plain {
		line, column = o.Value.plainNames().Find(path).Position()
		return line, column, line > 0
	}
	name := nameAt(o.node, path)
	if name == nil {
		return 0, 0, false
	}
	return name.Line, name.Column, true
}

// yaml is what the YAML reader makes of the object, nil if it cannot read it.
func (o *Object) yaml() *yaml.Node {
	if o.Value.plain {
		return o.Value.Node()
	}
	return o.node
}

// nameAt is where the name of the last field of a path stands, nil if the
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
