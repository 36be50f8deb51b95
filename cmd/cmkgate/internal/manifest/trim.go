package manifest

import (
	"maps"
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// endpointConfigFields are the fields of an EndpointConfig by which an Endpoint
// is judged: those that the catalog has a say on, and what tells its name, its
// region and its account.
func endpointConfigFields() keeper {
	keep := keeper{}
	for _, path := range []string{
		"apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.annotations", "metadata.deletionTimestamp",
		"spec.endpointConfigName", "status.ackResourceMetadata",
	} {
		keep.add(path)
	}
	for _, f := range catalog.Fields() {
		if f.Kind != (catalog.Kind{Group: catalog.SageMaker, Name: "EndpointConfig"}) {
			continue
		}
		for _, path := range append([]string{f.Path, f.OnlyIf.Path}, f.Outputs...) {
			keep.add(path)
		}
		for _, t := range f.InstanceTypes {
			keep.add(t.Path)
			keep.add(t.Unless)
		}
	}
	return keep
}

// isACKs tells whether an annotation is one of those that ACK, and so the
// policies, look at. kubectl's copy of the whole object is not one of them.
func isACKs(annotation string) bool { return strings.Contains(annotation, apiGroups) }

// keeper names the fields of an object that are kept; one without members keeps
// all below it.
type keeper map[string]keeper

// element is the member that stands for all elements of a list.
const element = "[*]"

func (k keeper) add(path string) {
	steps, err := tree.ParsePath(path)
	if err != nil {
		return // catalog paths are held valid by the catalog's tests
	}
	at := k
	for _, step := range steps {
		name := step.Key
		if step.IsAny() {
			name = element
		}
		if at[name] == nil {
			at[name] = keeper{}
		}
		at = at[name]
	}
}

// trim is a smaller copy of an object.
func (k keeper) trim(root *tree.Node) *tree.Node {
	object := k.copy(root)
	if o, ok := object.(map[string]any); ok {
		if metadata, ok := o["metadata"].(map[string]any); ok {
			if annotations, ok := metadata["annotations"].(map[string]any); ok {
				maps.DeleteFunc(annotations, func(name string, _ any) bool { return !isACKs(name) })
			}
		}
	}
	return tree.FromValue(object)
}

// copy returns the kept part of a value as decoded JSON.
func (k keeper) copy(n *tree.Node) any {
	switch n.Kind() {
	case tree.Map:
		out := make(map[string]any, n.Len())
		for i := range n.Len() {
			if member := n.At(i); k.keeps(member.Key()) {
				out[member.Key()] = k[member.Key()].copy(member)
			}
		}
		return out
	case tree.List:
		out := make([]any, n.Len())
		for i := range out {
			out[i] = k[element].copy(n.At(i))
		}
		return out
	case tree.Null:
		return nil
	case tree.Bool:
		return n.True()
	case tree.Number:
		if i, err := strconv.ParseInt(n.Text(), 10, 64); err == nil {
			return i
		}
		f, _ := strconv.ParseFloat(n.Text(), 64) // no policy reads a fraction
		return f
	default:
		return n.Text()
	}
}

func (k keeper) keeps(name string) bool { return len(k) == 0 || k[name] != nil }
