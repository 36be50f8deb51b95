package policies

import (
	"slices"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// search finds values of one object. It remembers the way to the last one:
// what governs the keys in a list is looked for once an element, and to begin
// at the root each time would take quadratic time where a long list stands
// beside many fields.
type search struct {
	root *tree.Node
	path tree.Path
	way  []*tree.Node // way[i] is the value at path[:i+1]
}

// find is the value at a concrete path, nil if absent.
func (s *search) find(path tree.Path) *tree.Node {
	if !slices.ContainsFunc(path, isIndex) {
		return s.root.Find(path)
	}
	common := 0
	for common < len(path) && common < len(s.path) && path[common] == s.path[common] {
		common++
	}
	s.path, s.way = append(s.path[:common], path[common:]...), s.way[:common]
	n := s.root
	if common > 0 {
		n = s.way[common-1]
	}
	for i := common; i < len(path); i++ {
		n = n.Find(path[i : i+1])
		s.way = append(s.way, n)
	}
	return n
}

// walk is Path.Walk from the root, along the remembered way.
func (s *search) walk(pattern tree.Path, anchor int, visit func(tree.Path, *tree.Node)) {
	start := min(len(concrete(pattern)), anchor)
	pattern.WalkFrom(s.find(pattern[:start]), start, anchor, visit)
}

func isIndex(s tree.Step) bool { return !s.IsKey() }

// concrete is the part of a pattern before its first wildcard.
func concrete(pattern tree.Path) tree.Path {
	if i := slices.IndexFunc(pattern, tree.Step.IsAny); i >= 0 {
		return pattern[:i]
	}
	return pattern
}
