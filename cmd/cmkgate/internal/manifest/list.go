package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// flatten adds an object, or the items of a List in its place. Items of a typed
// list (TrainingJobList) may omit apiVersion and kind, which follow from the
// list's and are given here; they are empty for every other object.
func (d *Document) flatten(out *Parsed, root *tree.Node, node *yaml.Node, group, kind string) {
	value := &Value{Root: root, node: node, Data: d.Data, Begin: d.begin}
	out.Values = append(out.Values, value)
	d.flattenAt(out, value, nil, root, node, group, kind)
}

func (d *Document) flattenAt(out *Parsed, value *Value, at tree.Path, root *tree.Node, node *yaml.Node, group, kind string) {
	object := policies.NewObject(root)
	if object.Kind == "" && object.Group == "" {
		object.Group, object.Kind = group, kind
	}
	items := root.Get("items")
	itemKind, isList := strings.CutSuffix(object.Kind, "List")
	if !isList || items.Kind() != tree.List {
		if object.Kind != "" || object.Group != "" {
			out.Objects = append(out.Objects, Object{Object: object, File: d.File, before: d.Line, node: node, source: d.Data, Value: value, At: at})
		}
		return
	}
	nodes := resolve(fieldOf(resolve(node), "items"))
	for i := range items.Len() {
		d.flattenAt(out, value, at.Child(tree.Key("items"), tree.Index(i)), items.At(i), child(nodes, i), object.Group, itemKind)
	}
}
