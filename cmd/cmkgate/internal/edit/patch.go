package edit

import (
	"bytes"
	"encoding/json"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// operation is one of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// Patch writes edits of an object as a JSON patch, for a person to apply in
// another way. It is "" where the edits lie inside a JSON text.
func Patch(root *tree.Node, edits []policies.Edit) string {
	c, err := newChange(edits)
	if err != nil {
		return ""
	}
	operations, ok := c.patch(root, nil, nil)
	if !ok || len(operations) == 0 {
		return ""
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(operations); err != nil {
		return ""
	}
	return string(bytes.TrimSpace(b.Bytes()))
}

func (c *change) patch(n *tree.Node, path tree.Path, out []operation) ([]operation, bool) {
	switch {
	case c.within != nil:
		return nil, false
	case c.removes() && n == nil:
		return out, true
	case c.removes():
		return append(out, operation{Op: "remove", Path: path.Pointer()}), true
	case n == nil:
		return append(out, operation{Op: "add", Path: path.Pointer(), Value: c.content()}), true
	case c.leaf || n.Absent():
		return append(out, operation{Op: "replace", Path: path.Pointer(), Value: c.content()}), true
	}
	ok := true
	for _, child := range c.children {
		if ok {
			out, ok = child.patch(n.Find(tree.Path{child.step}), path.Child(child.step), out)
		}
	}
	return out, ok
}

// content is a value that is new as a whole.
func (c *change) content() any {
	switch c.kind() {
	case tree.Map:
		fields := map[string]any{}
		for _, child := range c.children {
			if !child.removes() {
				fields[child.step.Key] = child.content()
			}
		}
		return fields
	case tree.List:
		var list []any
		for _, child := range c.children {
			list = append(list, child.content())
		}
		return list
	default:
		return c.value
	}
}
