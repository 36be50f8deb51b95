package policies

import (
	"fmt"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// sagemakerEndpointKey evaluates an Endpoint by the EndpointConfig that it
// names: the Endpoint itself has no key.
func sagemakerEndpointKey() Policy {
	const id = "sagemaker-endpoint-key"
	endpoint := catalog.Kind{Group: catalog.SageMaker, Name: "Endpoint"}
	kinds, reads := dependents(id, []catalog.Kind{endpoint}, map[catalog.Kind][]string{endpoint: {"spec.endpointConfigName"}})
	return Policy{
		ID:       id,
		Title:    "An Endpoint uses an EndpointConfig whose volumes are under a customer-managed key",
		Protects: "the storage of endpoints, through the EndpointConfig that each one references",
		Default:  Enforce,
		Kinds:    kinds,
		Reads:    reads,
		check:    checkEndpoint,
		Doc: `An Endpoint has no key of its own: its volumes are encrypted as the EndpointConfig in
spec.endpointConfigName says. cmkgate looks that EndpointConfig up by its name in AWS (its own
spec.endpointConfigName), in the same namespace first, and checks it as sagemaker-volume-key does.

An InferenceComponent runs on the instances of the Endpoint in spec.endpointName, and is evaluated by it.

An EndpointConfig that was not created through ACK, or is in another cluster or repository, is
unverifiable: a warning by default, a denial with unverifiable: Deny in the configuration. On the command line, pass
the EndpointConfig's manifest to the same check, or use --cluster.

**How to satisfy it.** An EndpointConfig cannot be changed, so create one under a new name and point the Endpoint to it:

` + "```yaml" + `
kind: EndpointConfig
spec:
  endpointConfigName: churn-v2
  kmsKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111
---
kind: Endpoint
spec:
  endpointName: churn
  endpointConfigName: churn-v2
` + "```",
	}
}

func checkEndpoint(e *evaluation) {
	if !e.opens() {
		return
	}
	if !e.observes {
		e.checkDependencies()
	}
	path := tree.Path{tree.Key("spec"), tree.Key("endpointConfigName")}
	name := e.object.Root.Find(path).Str()
	if name == "" {
		return // the CRD requires it
	}
	config, ok := e.named(catalog.Kind{Group: catalog.SageMaker, Name: "EndpointConfig"}, name)
	if !ok {
		e.report(Finding{
			Reason:  Unverifiable,
			Path:    path,
			Problem: fmt.Sprintf("EndpointConfig %s was not found in %s, so its key is unknown.", quote(name), e.regionAndWhy()),
			Remedy:  "Create it through ACK in this cluster; on the command line, pass its manifest to the same check, or use --cluster.",
		})
		return
	}
	doubt, spec := doubt(config)
	var findings []Finding
	if spec {
		findings = e.ask(config, "sagemaker-volume-key", checkFields)
	}
	if doubt != "" && len(findings) == 0 {
		e.report(Finding{
			Reason:  Unverifiable,
			Path:    path,
			Problem: doubt + ", so its key is unknown.",
			Remedy:  "Apply the Endpoint again once ACK reports the EndpointConfig as synced; if ACK rejects it, create one under a new name.",
		})
	}
	for _, f := range findings {
		problem := "EndpointConfig %s violates sagemaker-volume-key: %s: %s"
		if f.Reason == Unverifiable {
			problem = "EndpointConfig %s cannot be verified: %s: %s"
		}
		e.report(Finding{
			Reason:  f.Reason,
			Path:    path,
			Problem: fmt.Sprintf(problem, quote(name), f.Path, f.Problem),
			Remedy:  "Create an EndpointConfig under a new name " + e.newEndpointConfig(f) + " and reference it here.",
		})
	}
}

// newEndpointConfig says what is different in the EndpointConfig that takes
// the place of a wrong one, which nobody can change once it exists in AWS.
func (e *evaluation) newEndpointConfig(f Finding) string {
	switch {
	case len(f.Fix) == 1 && f.Fix[0].Value != nil:
		return fmt.Sprintf("with %s: %s", f.Path, f.Fix[0].Value)
	case len(f.Fix) == 1:
		return fmt.Sprintf("without %s", f.Path)
	case f.Reason == LocalStorage:
		return "on instance types without local storage"
	case f.Reason == Unverifiable:
		return "on instance types that cmkgate knows, with a key,"
	case e.settings.LocalStorage == Require:
		return fmt.Sprintf("on instance types without local storage, with %s set to a customer-managed key of %s,", f.Path, e.regionName())
	default:
		return fmt.Sprintf("with %s set to a customer-managed key of %s", f.Path, e.regionName())
	}
}
