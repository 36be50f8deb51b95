package generated

import (
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/generated/objects"
)

// world is what stands beside a generated object. What it does not know, it
// answers as Nowhere does.
type world struct {
	policies.Nowhere
	endpointConfigs []policies.Object
}

// newWorld makes what objects of a kind may ask for.
func newWorld(schemas *objects.Schemas, kind catalog.Kind, seed uint64) world {
	var w world
	if kind.Name != "Endpoint" {
		return w
	}
	g := objects.New(schemas, ^seed)
	for i := range seed % 4 {
		config := policies.NewObject(tree.FromValue(g.Object(catalog.Kind{Group: catalog.SageMaker, Name: "EndpointConfig"})))
		config.Planned = i%2 == 0
		w.endpointConfigs = append(w.endpointConfigs, config)
	}
	return w
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

func (w world) EndpointConfigs(name string) []policies.Object {
	var out []policies.Object
	for _, config := range w.endpointConfigs {
		if config.Root.Get("spec").Get("endpointConfigName").Str() == name {
			out = append(out, config)
		}
	}
	return out
}

func (w world) LogTarget(bucket string) bool { return bucket == "logs" }
