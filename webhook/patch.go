package webhook

import (
	"gomodules.xyz/jsonpatch/v2"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Patch turns edits of an object into the smallest JSON patch: one operation
// per field, or one for the topmost missing parent with everything below it.
// Lists are extended, never replaced.
func Patch(root *tree.Node, edits []policies.Edit) []jsonpatch.Operation {
	b := patchBuilder{at: map[string]int{}}
	for _, e := range edits {
		if e.Within == nil { // a text that a person wrote is never changed
			b.edit(root, e)
		}
	}
	return b.operations
}

type patchBuilder struct {
	operations []jsonpatch.Operation
	at         map[string]int // the operation that adds a value at a JSON pointer
}

func (b *patchBuilder) edit(root *tree.Node, e policies.Edit) {
	if e.Value == nil {
		if root.Find(e.Path) != nil {
			b.add("remove", e.Path.Pointer(), nil)
		}
		return
	}
	// Where the value itself is there ("", or what a person lets go), "add"
	// replaces it. Edits below the same missing parent share one operation.
	top := min(existing(root, e.Path)+1, len(e.Path))
	pointer := e.Path[:top].Pointer()
	i, ok := b.at[pointer]
	if !ok {
		i = b.add(verb(root, e.Path[:top]), pointer, nil)
	}
	b.operations[i].Value = put(b.operations[i].Value, e.Path[top:], e.Value)
}

// verb is the operation that sets a value: "add" sets a field, present or
// not, but inserts before an element of a list.
func verb(root *tree.Node, place tree.Path) string {
	if n := len(place); n > 0 && !place[n-1].IsKey() && root.Find(place) != nil {
		return "replace"
	}
	return "add"
}

func (b *patchBuilder) add(operation, pointer string, value any) int {
	i := len(b.operations)
	b.operations = append(b.operations, jsonpatch.NewOperation(operation, pointer, value))
	b.at[pointer] = i
	return i
}

// existing counts the steps of a path that lead to something that is not null:
// "add" on a null field replaces it.
func existing(n *tree.Node, path tree.Path) int {
	for i := range path {
		next := n.Find(path[i : i+1])
		if next.Absent() {
			return i
		}
		n = next
	}
	return len(path)
}

// put sets a value deep inside freshly made maps and lists.
func put(in any, path tree.Path, value any) any {
	if len(path) == 0 {
		return value
	}
	if path[0].IsKey() {
		m, ok := in.(map[string]any)
		if !ok {
			m = map[string]any{}
		}
		m[path[0].Key] = put(m[path[0].Key], path[1:], value)
		return m
	}
	list, _ := in.([]any)
	i := path[0].Index
	if i >= len(list) {
		return append(list, put(nil, path[1:], value))
	}
	list[i] = put(list[i], path[1:], value)
	return list
}
