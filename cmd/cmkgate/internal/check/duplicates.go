package check

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
)

// objects are the places of objects by what makes them one to an API server.
type objects map[identity]place

type identity struct{ group, kind, namespace, name string }

// clone shares no memory with the document that the object stands in.
func (i identity) clone() identity {
	return identity{strings.Clone(i.group), strings.Clone(i.kind), strings.Clone(i.namespace), strings.Clone(i.name)}
}

type place struct {
	file         string
	line, column int
}

// duplicates returns a remark on every object that was seen before.
func (o objects) duplicates(of []report.Result) []report.Result {
	var out []report.Result
	for i := range of {
		r := of[i]
		id := identity{r.Group, r.Kind, r.Namespace, r.Name}
		if r.Name == "" {
			continue
		}
		first, found := o[id]
		if !found {
			o[id.clone()] = place{cmp.Or(r.Rendered, r.File), r.Line, r.Column}
			continue
		}
		r.Policy, r.Reason, r.Mode = schema.ID, schema.Duplicate, policies.Audit
		r.Message = fmt.Sprintf("this is in %s:%d:%d too, and in one cluster the one that is applied last counts."+
			" If one of them is a patch or an overlay of kustomize, judge what it builds: kustomize build DIR | cmkgate check -",
			first.file, first.line, first.column)
		out = append(out, r)
	}
	return out
}
