package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// duplicates finds duplicate keys. kubectl uses the last, kustomize rejects the
// file and others use the first, so what was checked need not be what is
// applied.
func (d *Document) duplicates(node *yaml.Node) []Problem {
	var out []Problem
	if node.Kind == yaml.MappingNode {
		out = d.duplicateNames(node)
	}
	for _, c := range node.Content {
		if len(c.Content) > 0 {
			out = append(out, d.duplicates(c)...)
		}
	}
	return out
}

func (d *Document) duplicateNames(node *yaml.Node) []Problem {
	const few = 24 // below this, comparing all pairs is faster than a map
	if len(node.Content) <= 2*few {
		return d.comparePairs(node)
	}
	var out []Problem
	first := make(map[string]*yaml.Node, len(node.Content)/2)
	for i := 0; i < len(node.Content); i += 2 {
		name := node.Content[i]
		if other, ok := first[name.Value]; ok && repeats(name, other) {
			out = append(out, d.duplicate(name, other))
			continue
		}
		first[name.Value] = name
	}
	return out
}

func (d *Document) comparePairs(node *yaml.Node) []Problem {
	var out []Problem
	for i := 2; i < len(node.Content); i += 2 {
		for j := 0; j < i; j += 2 {
			if repeats(node.Content[i], node.Content[j]) {
				out = append(out, d.duplicate(node.Content[i], node.Content[j]))
				break
			}
		}
	}
	return out
}

// repeats reports whether two names are the same. The merge key << may stand twice.
func repeats(a, b *yaml.Node) bool {
	return a.Value == b.Value && a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode && a.ShortTag() != "!!merge"
}

func (d *Document) duplicate(name, first *yaml.Node) Problem {
	return Problem{
		File: d.File, Line: d.Line + name.Line, Column: name.Column,
		Text: fmt.Sprintf("%q is a duplicate key in this object, first on line %d; parsers disagree on which one wins. Remove one.",
			shorten(name.Value), d.Line+first.Line),
	}
}

// shorten cuts what a person wrote where it would drown a message.
func shorten(s string) string {
	const limit = 120
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}
