package objects

import (
	"maps"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// Hostile makes an object of a kind and breaks it in a few places: values of
// any type where the schema wants another, nulls, deep nesting, huge texts,
// field names that nobody expects. It is still JSON with the kind's name on it.
func (g *Generator) Hostile(kind catalog.Kind) map[string]any {
	object := g.Object(kind)
	for range 1 + g.rng.IntN(4) {
		part := pick(g, "spec", "spec", "spec", "spec", "metadata", "status")
		object[part] = g.spoil(object[part], 0)
	}
	return object
}

// spoil breaks one place of a value and returns the whole.
func (g *Generator) spoil(in any, depth int) any {
	switch in := in.(type) {
	case map[string]any:
		if len(in) == 0 || g.chance(4) {
			return g.wrong()
		}
		name := pick(g, slices.Sorted(maps.Keys(in))...)
		value := in[name]
		switch g.rng.IntN(12) {
		case 0:
			in[g.wrongName(name)] = value
		case 1:
			delete(in, name)
			in[g.wrongName(name)] = value
		default:
			in[name] = g.spoil(value, depth+1)
		}
		return in
	case []any:
		if len(in) == 0 || g.chance(10) {
			return g.wrong()
		}
		if g.chance(10) {
			return append(in, g.wrong())
		}
		i := g.rng.IntN(len(in))
		in[i] = g.spoil(in[i], depth+1)
		return in
	default:
		return g.wrong()
	}
}

// wrong is a value that fits almost nowhere.
func (g *Generator) wrong() any {
	if g.chance(2) {
		return strings.Repeat(pick(g, "x", "é", `"`, "\n", "alias/"), 1<<pick(g, 8, 12, 16))
	}
	if g.chance(3) {
		return g.nested(pick(g, 3, 30, 200))
	}
	return pick[any](g,
		nil, nil, nil, "", "", "x", Key, "ml.m5.xlarge", int64(0), int64(-1), 1.5, int64(1)<<60, true, false,
		[]any{}, []any{nil}, []any{""}, []any{map[string]any{}}, []any{[]any{}}, []any{Key, nil, int64(1)},
		map[string]any{}, map[string]any{"": nil}, map[string]any{"rules": nil}, map[string]any{"rules": []any{nil}},
		map[string]any{"kmsKeyID": map[string]any{}}, map[string]any{"kmsKeyID": []any{Key}},
		"\x00", "\x1b[31m", "\xff\xfe", "\ud7ff\U0010ffff", "\r\n", "\ufeff", words(g),
	)
}

func (g *Generator) nested(depth int) any {
	var out any
	for range depth {
		if g.chance(50) {
			out = []any{out}
		} else {
			out = map[string]any{pick(g, "kmsKeyID", "spec", ""): out}
		}
	}
	return out
}

// wrongName is a field name that comes near the right one, or nobody's.
func (g *Generator) wrongName(name string) string {
	return pick(g, strings.ToLower(name), strings.ToUpper(name), strings.ReplaceAll(name, "ID", "Id"), name+" ",
		"", "<<", "on", "1", "null", "a/b~c.d[0]", "\x00", "line\nbreak", "*", "ünï")
}
