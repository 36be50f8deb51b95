package objects

import (
	"math/rand/v2"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// Generator makes objects. It is not safe for concurrent use: make one for each
// goroutine, or for each object.
type Generator struct {
	schemas *Schemas
	rng     *rand.Rand
}

// New makes a generator. The same schemas, seed and calls give the same objects.
func New(schemas *Schemas, seed uint64) *Generator {
	const stream = 0x636d6b67617465
	return &Generator{schemas: schemas, rng: rand.New(rand.NewPCG(seed, stream))} //nolint:gosec // objects must be repeatable, not secret
}

// Object makes an object of a kind of the schemas. It follows the CRD but for
// this: now and then the spec is empty or a field that matters is null. An API
// server refuses such objects; a manifest can hold them.
func (g *Generator) Object(kind catalog.Kind) map[string]any {
	object := map[string]any{
		"apiVersion": kind.Group + "/v1alpha1",
		"kind":       kind.Name,
		"metadata":   g.metadata(kind),
	}
	of, ok := g.schemas.byKind[kind]
	if !ok {
		return object
	}
	for _, f := range of.root.fields {
		switch f.name {
		case "spec":
			g.spec(object, f)
		case "status":
			if g.chance(10) {
				object["status"] = g.value(f)
			}
		}
	}
	return object
}

// spec writes a spec; no CRD of ACK requires one.
func (g *Generator) spec(object map[string]any, n *node) {
	switch g.rng.IntN(100) {
	case 0: // absent
	case 1:
		object["spec"] = nil
	case 2:
		object["spec"] = map[string]any{}
	default:
		spec := g.value(n)
		if fields, ok := spec.(map[string]any); ok && g.chance(4) {
			fields["fieldOfANewerACK"] = map[string]any{"kmsKeyID": "", "enabled": true}
		}
		object["spec"] = spec
	}
}

// value makes a value for a place of the schema.
func (g *Generator) value(n *node) any {
	if n.draw != nil {
		return n.draw(g)
	}
	switch n.typ {
	case "object":
		return g.object(n)
	case "array":
		return g.array(n)
	case "boolean":
		return g.chance(50)
	case "integer":
		return pick[int64](g, 0, 1, 1, 2, 3, 30, -1, 1<<40)
	case "number":
		return pick(g, 0.5, 1.25, -3.75, 1e-3)
	default:
		return g.text(n)
	}
}

func (g *Generator) object(n *node) map[string]any {
	out := map[string]any{}
	for _, f := range n.fields {
		if !f.required && !g.chance(f.presence) {
			continue
		}
		if f.matters && !f.required && g.chance(3) {
			out[f.name] = nil
			continue
		}
		out[f.name] = g.value(f)
	}
	if n.member != nil {
		for range g.rng.IntN(4) {
			out[memberName(g)] = g.member(n.member)
		}
	}
	return out
}

// member is a value in a map with arbitrary names: environment variables,
// hyperparameters, and maps that nobody looks into.
func (g *Generator) member(n *node) any {
	if n.typ == "string" {
		return memberValue(g)
	}
	return g.value(n)
}

func (g *Generator) array(n *node) []any {
	length := g.rng.IntN(3)
	if n.matters {
		length = pick(g, 0, 1, 1, 1, 2, 2, 3)
	}
	out := make([]any, length)
	for i := range out {
		out[i] = g.value(n.element)
	}
	return out
}

func (g *Generator) text(n *node) string {
	if n.format == "date-time" {
		return "2026-01-02T03:04:05Z"
	}
	return words(g)
}

// chance is true in so many of 100 cases.
func (g *Generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

// pick draws one of the values; one that stands twice comes twice as often.
func pick[T any](g *Generator, values ...T) T { return values[g.rng.IntN(len(values))] }
