package generated

import (
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// row is a row of the catalog with its path parsed.
type row struct {
	path  tree.Path
	under int
}

// catalogRows are the rows by kind and policy.
func catalogRows() map[catalog.Kind]map[string][]row {
	out := map[catalog.Kind]map[string][]row{}
	for _, f := range catalog.Fields() {
		if out[f.Kind] == nil {
			out[f.Kind] = map[string][]row{}
		}
		out[f.Kind][f.Policy] = append(out[f.Kind][f.Policy], row{path: tree.MustPath(f.Path), under: under(&f)})
	}
	return out
}

// under counts the steps that must be there for a row to apply.
func under(f *catalog.Field) int { return len(tree.MustPath(f.Anchor())) }
