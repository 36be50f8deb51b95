package generated

import (
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/generated/objects"
)

// world is what stands beside a generated object; objects are generated when
// they are first asked for. What it does not know, it answers as Nowhere does.
type world struct {
	policies.Nowhere
	schemas *objects.Schemas
	lookups []catalog.Lookup
	seed    uint64
	known   map[catalog.Kind][]policies.Object
}

func (r *run) world(seed uint64) world {
	return world{schemas: r.schemas, lookups: r.lookups, seed: seed, known: map[catalog.Kind][]policies.Object{}}
}

func (w world) Namespace(name string) (policies.Namespace, bool) {
	switch name {
	case "legacy":
		return policies.Namespace{Name: name, Labels: map[string]string{"example.com/stage": "legacy"}}, true
	case "fraud-eu":
		return policies.Namespace{Name: name, Annotations: map[string]string{
			"services.k8s.aws/default-region":   "us-east-1",
			"services.k8s.aws/owner-account-id": "444455556666",
		}}, true
	case "science":
		return policies.Namespace{Name: name}, true
	}
	return policies.Namespace{}, false
}

// Named returns those of a few objects of the kind that have the name in AWS.
func (w world) Named(kind catalog.Kind, name string) []policies.Object {
	if _, ok := w.known[kind]; !ok {
		w.known[kind] = w.make(kind)
	}
	var out []policies.Object
	for _, lookup := range w.lookups {
		for _, o := range w.known[kind] {
			if lookup.Kind == kind && o.Root.Find(tree.MustPath(lookup.Name)).Str() == name {
				out = append(out, o)
			}
		}
	}
	return out
}

func (w world) make(kind catalog.Kind) []policies.Object {
	g := objects.New(w.schemas, ^w.seed)
	out := make([]policies.Object, w.seed%4)
	for i := range out {
		out[i] = policies.NewObject(tree.FromValue(g.Object(kind)))
		out[i].Planned = i%2 == 0
	}
	return out
}
