package check

import (
	"fmt"
	"hash/maphash"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
)

// objects finds those that are one to an API server. Of each it keeps a few bytes:
// a hash of what makes it one, and where it stands.
type objects struct {
	input *manifest.Input
	seed  maphash.Seed
	first map[uint64]place
}

type identity struct{ group, kind, namespace, name string }

type place struct{ source, line, column uint32 }

func newObjects(input *manifest.Input) *objects {
	return &objects{input, maphash.MakeSeed(), map[uint64]place{}}
}

// duplicates returns a remark on every object of a batch that was seen before.
func (o *objects) duplicates(source int, of []report.Result) []report.Result {
	var out []report.Result
	for i := range of {
		r := of[i]
		if r.Name == "" {
			continue
		}
		id := maphash.Comparable(o.seed, identity{r.Group, r.Kind, r.Namespace, r.Name})
		first, found := o.first[id]
		if !found {
			o.first[id] = place{uint32(source), uint32(r.Line), uint32(r.Column)} //nolint:gosec // nobody has so many
			continue
		}
		r.Policy, r.Reason, r.Mode = schema.ID, schema.Duplicate, policies.Audit
		r.Message = fmt.Sprintf("the same object is also in %s:%d:%d; in a cluster, the one applied last wins."+
			" If one of them is a kustomize patch or overlay, check the output: kustomize build DIR | cmkgate check -",
			o.input.Name(int(first.source)), first.line, first.column)
		out = append(out, r)
	}
	return out
}
