package edit

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// operation is one of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// Patch writes edits of an object as a JSON patch, and those inside JSON texts as
// a patch of each, for a person to apply in another way. It is "" if there is
// nothing to do.
func Patch(root *tree.Node, edits []policies.Edit) string {
	c, err := newChange(edits)
	if err != nil {
		return ""
	}
	var parts []string
	if text := encode(c.patch(root, nil, nil)); text != "" {
		parts = append(parts, "As a JSON patch of the object: "+text)
	}
	c.texts(root, nil, func(path tree.Path, text *tree.Node, inner *change) {
		if text := encode(inner.patch(text, nil, nil)); text != "" {
			parts = append(parts, "As a JSON patch of the text "+path.String()+": "+text)
		}
	})
	return strings.Join(parts, " ")
}

func encode(operations []operation) string {
	if len(operations) == 0 {
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

// texts comes to the JSON texts that are to be changed.
func (c *change) texts(n *tree.Node, path tree.Path, visit func(path tree.Path, text *tree.Node, inner *change)) {
	if c.within != nil {
		if text, err := tree.ParseText(n.Str()); err == nil {
			visit(path, text, c.within)
		}
		return
	}
	for _, child := range c.children {
		child.texts(n.Find(tree.Path{child.step}), path.Child(child.step), visit)
	}
}

func (c *change) patch(n *tree.Node, path tree.Path, out []operation) []operation {
	switch {
	case c.within != nil, c.removes() && n == nil:
		return out
	case c.removes():
		return append(out, operation{Op: "remove", Path: path.Pointer()})
	case n == nil && c.onlyRemoves():
		return out
	case n == nil:
		return append(out, operation{Op: "add", Path: path.Pointer(), Value: c.content()})
	case c.leaf || n.Absent() && !c.onlyRemoves():
		return append(out, operation{Op: "replace", Path: path.Pointer(), Value: c.content()})
	}
	for _, child := range c.children {
		out = child.patch(n.Find(tree.Path{child.step}), path.Child(child.step), out)
	}
	return out
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
