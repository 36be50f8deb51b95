package objects

import (
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Change returns a copy of an object in which one place of the spec or status
// has another value, is new or is gone, and the path of that place. What is new
// can be a whole block. The other value may happen to be the same.
func (g *Generator) Change(kind catalog.Kind, object map[string]any) (map[string]any, tree.Path) {
	changed := runtime.DeepCopyJSON(object)
	of, ok := g.schemas.byKind[kind]
	if !ok {
		return changed, nil
	}
	for _, f := range of.root.fields {
		if f.name != "spec" && (f.name != "status" || !g.chance(10)) {
			continue
		}
		value, path := g.change(f, changed[f.name], tree.Path{tree.Key(f.name)})
		changed[f.name] = value
		return changed, path
	}
	return changed, nil
}

// change changes one place of a value and returns the whole.
func (g *Generator) change(n *node, value any, path tree.Path) (any, tree.Path) {
	switch value := value.(type) {
	case map[string]any:
		if len(n.fields) == 0 {
			return g.value(n), path
		}
		f := g.field(n)
		old, there := value[f.name]
		path = path.Child(tree.Key(f.name))
		switch {
		case there && !f.required && g.chance(15):
			delete(value, f.name)
		case there:
			value[f.name], path = g.change(f, old, path)
		default:
			value[f.name] = g.value(f)
		}
		return value, path
	case []any:
		if len(value) == 0 || n.element == nil {
			return g.value(n), path
		}
		i := g.rng.IntN(len(value))
		value[i], path = g.change(n.element, value[i], path.Child(tree.Index(i)))
		return value, path
	default:
		return g.value(n), path
	}
}

// field picks a field of an object; half of the time one that matters, if any does.
func (g *Generator) field(n *node) *node {
	if g.chance(50) {
		var matter []*node
		for _, f := range n.fields {
			if f.matters {
				matter = append(matter, f)
			}
		}
		if len(matter) > 0 {
			return pick(g, matter...)
		}
	}
	return pick(g, n.fields...)
}
