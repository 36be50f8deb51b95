package manifest

import (
	"bytes"

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
	// plain is set where the document is one object, and written so plainly that the YAML reader was not needed.
	plain bool
	// names has the positions of the names in a plain document, once someone asked for one.
	names *tree.Node
	// text is the last one that PositionWithin looked into.
	text *text
}

// Position is the line and column, from 1, of the value at a path or, where
// there is none, of the name of its nearest parent. The path nil stands for the
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
	if o.plain {
		if o.names == nil {
			o.names, _ = tree.PlainNames(string(o.source))
		}
		line, column = o.names.Find(path).Position()
		return line, column, line > 0
	}
	name := nameAt(o.node, path)
	if name == nil {
		return 0, 0, false
	}
	return name.Line, name.Column, true
}

// yaml is what the YAML reader makes of the object, nil where it cannot read it.
func (o *Object) yaml() *yaml.Node {
	if o.plain && o.node == nil {
		var doc yaml.Node
		if decodeNext(yaml.NewDecoder(bytes.NewReader(o.source)), &doc) == nil && len(doc.Content) == 1 {
			o.node = doc.Content[0]
		}
	}
	return o.node
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
