package main

import (
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/webhook/registration"
)

const head = `# Generated from the catalog and the policies by go generate; do not edit.
# templates/_webhooks.tpl fills in what the values decide: clientConfig, failurePolicy, timeoutSeconds,
# namespaceSelector, and the names of the ACK controllers where the expressions have '` + controllers + `'.
`

// controllers stands for the user names of the ACK controllers, which the
// values decide.
const controllers = "CONTROLLERS"

// data is what the templates read.
type data struct {
	// Controllers are the names where the values have none.
	Controllers []v1alpha1.UserName `json:"controllers"`
	// Policies are the default modes, by ID, from which a rollout starts.
	Policies map[policies.ID]policies.Mode `json:"policies"`
	// Lookups are the resources that cmkgate watches.
	Lookups    []resources                                 `json:"lookups"`
	Mutating   []admissionregistrationv1.MutatingWebhook   `json:"mutating"`
	Validating []admissionregistrationv1.ValidatingWebhook `json:"validating"`
}

// resources are those of one API group, as an RBAC rule names them.
type resources struct {
	APIGroups []string `json:"apiGroups"`
	Resources []string `json:"resources"`
}

func webhooks() ([]byte, error) {
	options := registration.Options{
		Client:            client,
		Controllers:       []string{controllers},
		MutatingTimeout:   registration.MutatingTimeout,
		ValidatingTimeout: registration.ValidatingTimeout,
	}
	mutating, err := registration.Mutating(policies.All(), options)
	if err != nil {
		return nil, err
	}
	validating, err := registration.Validating(policies.All(), options)
	if err != nil {
		return nil, err
	}
	d := data{
		Controllers: v1alpha1.Default().Controllers,
		Policies:    map[policies.ID]policies.Mode{},
		Lookups:     lookups(),
		Mutating:    mutating.Webhooks,
		Validating:  validating.Webhooks,
	}
	for _, p := range policies.All() {
		d.Policies[p.ID] = p.Default
	}
	out, err := yaml.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write the webhooks as YAML: %w", err)
	}
	return append([]byte(head), out...), nil
}

// client says no more than the path: the values know the Service.
func client(path string) admissionregistrationv1.WebhookClientConfig {
	return admissionregistrationv1.WebhookClientConfig{Service: &admissionregistrationv1.ServiceReference{Path: &path}}
}

func lookups() []resources {
	var out []resources
	for _, l := range catalog.Lookups() {
		out = append(out, resources{[]string{l.Kind.Group}, []string{l.Kind.Resource()}})
	}
	return append(out, resources{[]string{policies.RoleSelectorGroup}, []string{"iamroleselectors"}})
}
