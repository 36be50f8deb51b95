package policies

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// KindReads is what policies read of a kind.
type KindReads struct {
	Kind catalog.Kind
	// Paths are patterns; a value counts with all that is below it.
	Paths []string
}

// Reads tells for each kind that policies judge which fields they read: their
// rows in the catalog, what they say themselves, and what says where and
// whether ACK creates the object. A change of any other field changes no
// judgement, so that requests which touch only others need not be judged.
func Reads(list []Policy) []KindReads {
	byKind := map[catalog.Kind][]string{}
	for _, p := range list {
		for _, kind := range p.Kinds {
			byKind[kind] = append(byKind[kind], p.Reads[kind]...)
		}
		for _, f := range catalog.FieldsOf(p.ID) {
			byKind[f.Kind] = append(byKind[f.Kind], f.Reads()...)
		}
	}
	kinds := slices.SortedFunc(maps.Keys(byKind), func(a, b catalog.Kind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
	})
	out := make([]KindReads, 0, len(kinds))
	for _, kind := range kinds {
		paths := slices.Concat(byKind[kind], catalog.Governs())
		slices.Sort(paths)
		out = append(out, KindReads{kind, outermost(slices.Compact(paths))})
	}
	return out
}

// outermost leaves out what lies below another path of a sorted list.
func outermost(paths []string) []string {
	var out []string
	for _, p := range paths {
		if n := len(out); n == 0 || !isBelow(p, out[n-1]) {
			out = append(out, p)
		}
	}
	return out
}

func isBelow(path, parent string) bool {
	return len(path) > len(parent) && path[:len(parent)] == parent && (path[len(parent)] == '.' || path[len(parent)] == '[')
}
