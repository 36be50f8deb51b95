package policies

import (
	"fmt"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// sagemakerEndpointKey judges an Endpoint by the EndpointConfig that it names:
// the Endpoint itself has no key.
func sagemakerEndpointKey() Policy {
	endpoint := catalog.Kind{Group: catalog.SageMaker, Name: "Endpoint"}
	return Policy{
		ID:       "sagemaker-endpoint-key",
		Title:    "An Endpoint uses an EndpointConfig whose volumes are under a customer-managed key",
		Protects: "the storage of endpoints, through the EndpointConfig that each one names",
		Default:  Enforce,
		Kinds:    []catalog.Kind{endpoint},
		Reads:    map[catalog.Kind][]string{endpoint: {"spec.endpointConfigName"}},
		check:    checkEndpoint,
		Doc: `An Endpoint has no key of its own: its volumes are encrypted as the EndpointConfig says that
spec.endpointConfigName names. cmkgate looks that EndpointConfig up by its name in AWS (its own
spec.endpointConfigName), in the same namespace first, and asks of it what sagemaker-volume-key asks.

An EndpointConfig that was not made through ACK, or lies in another cluster or repository, cannot be seen. That is
unverifiable: a warning by default, a denial with unverifiable: Deny in the configuration. On the command line, give
the EndpointConfig's manifest to the same check.

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
			Problem: fmt.Sprintf("EndpointConfig %s cannot be seen in %s, so its key is not known.", quote(name), e.regionAndWhy()),
			Remedy:  "Create it through ACK in this cluster; on the command line, give its manifest to the same check.",
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
			Problem: doubt + ", so its key is not known.",
			Remedy:  "Apply the Endpoint again once ACK reports the EndpointConfig as synced; where ACK refuses it, create one under a new name.",
		})
	}
	for _, f := range findings {
		problem := "EndpointConfig %s is not fit for use: %s: %s"
		if f.Reason == Unverifiable {
			problem = "EndpointConfig %s cannot be judged: %s: %s"
		}
		e.report(Finding{
			Reason:  f.Reason,
			Path:    path,
			Problem: fmt.Sprintf(problem, quote(name), f.Path, f.Problem),
			Remedy:  "Create an EndpointConfig under a new name " + e.newEndpointConfig(f) + " and name it here.",
		})
	}
}

// newEndpointConfig tells what is different in the EndpointConfig that takes
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
