package policies

import (
	"cmp"
	"slices"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// KindReads is what policies read of a kind.
type KindReads struct {
	Kind catalog.Kind
	// Paths are patterns; a value counts with all that is below it.
	Paths []string
	// Anchors are patterns of values that count by whether they are there.
	Anchors []string
	// Keys are those of Paths whose values the webhook sets, and restores.
	Keys []string
}

// Reads says for each kind that policies evaluate which fields they read:
// their rows in the catalog, what they say themselves, and what says where
// and whether ACK creates the object. A change of any other field changes no
// evaluation, so that requests which touch only others need not be evaluated.
func Reads(list []Policy) []KindReads {
	byKind := map[catalog.Kind]*KindReads{}
	of := func(kind catalog.Kind) *KindReads {
		if byKind[kind] == nil {
			byKind[kind] = &KindReads{Kind: kind, Paths: catalog.Governs()}
		}
		return byKind[kind]
	}
	for _, p := range list {
		for _, kind := range p.Kinds {
			r := of(kind)
			r.Paths = append(r.Paths, p.Reads[kind]...)
			r.Anchors = append(r.Anchors, p.Anchors[kind]...)
		}
		for _, f := range catalog.FieldsOf(p.ID) {
			r := of(f.Kind)
			r.Paths = append(r.Paths, f.Reads()...)
			if !isBelow(f.OnlyIf.Path, f.Anchor()) { // else the condition says it all
				r.Anchors = append(r.Anchors, f.Anchor())
			}
			if f.NoInjectReason == "" {
				r.Keys = append(r.Keys, f.Path)
			}
		}
	}
	out := make([]KindReads, 0, len(byKind))
	for _, r := range byKind {
		for _, paths := range []*[]string{&r.Paths, &r.Anchors, &r.Keys} {
			slices.Sort(*paths)
			*paths = slices.Compact(*paths)
		}
		r.Paths = outermost(r.Paths)
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b KindReads) int {
		return cmp.Or(cmp.Compare(a.Kind.Group, b.Kind.Group), cmp.Compare(a.Kind.Name, b.Kind.Name))
	})
	return out
}

// outermost omits what lies below another path of a sorted list.
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
