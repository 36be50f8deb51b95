package chart

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/webhook/registration"
)

// installation is what the values decide about the webhooks.
type installation struct {
	mutating, validating             int32
	mutatingFailure, validatingFails admissionregistrationv1.FailurePolicyType
	selector                         metav1.LabelSelector
	caBundle                         string
}

func notLabeled(label string) metav1.LabelSelectorRequirement {
	return metav1.LabelSelectorRequirement{Key: label, Operator: metav1.LabelSelectorOpNotIn, Values: []string{"true"}}
}

// installations are those of testdata/values, by test name.
func installations() map[string]installation {
	const ignore, fail = admissionregistrationv1.Ignore, admissionregistrationv1.Fail
	byDefault := metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{notLabeled("cmkgate.io/exempt")}}
	return map[string]installation{
		"minimal":      {registration.MutatingTimeout, registration.ValidatingTimeout, ignore, fail, byDefault, ""},
		"issuer":       {registration.MutatingTimeout, registration.ValidatingTimeout, ignore, fail, byDefault, ""},
		"cert-manager": {registration.MutatingTimeout, registration.ValidatingTimeout, ignore, ignore, metav1.LabelSelector{}, ""},
		"full": {1, 5, fail, fail, metav1.LabelSelector{
			MatchLabels: map[string]string{"tier": "ml"},
			MatchExpressions: []metav1.LabelSelectorRequirement{
				{Key: "env", Operator: metav1.LabelSelectorOpIn, Values: []string{"prod"}}, notLabeled("example.com/no-cmkgate"),
			},
		}, "ca"},
	}
}

// TestWebhooksAreThoseOfTheCatalog checks what the chart registers against
// what package registration makes for the same configuration.
func TestWebhooksAreThoseOfTheCatalog(t *testing.T) {
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		want, known := installations()[lastName(t)]
		if !known {
			t.Fatal("not in installations()")
		}
		options := registration.Options{
			Name: "cmkgate", Controllers: configuration(t, r).Controllers, Client: want.client(only[*corev1.Service](t, r).Name),
			MutatingTimeout: want.mutating, ValidatingTimeout: want.validating,
		}
		mutating, err := registration.Mutating(policies.All(), options)
		if err != nil {
			t.Fatal(err)
		}
		for i := range mutating.Webhooks {
			w := &mutating.Webhooks[i]
			w.NamespaceSelector, w.ObjectSelector, w.FailurePolicy = &want.selector, &metav1.LabelSelector{}, &want.mutatingFailure
		}
		if diff := cmp.Diff(mutating.Webhooks, only[*admissionregistrationv1.MutatingWebhookConfiguration](t, r).Webhooks); diff != "" {
			t.Errorf("-registration +chart:\n%s", diff)
		}
		validating, err := registration.Validating(policies.All(), options)
		if err != nil {
			t.Fatal(err)
		}
		for i := range validating.Webhooks {
			w := &validating.Webhooks[i]
			w.NamespaceSelector, w.ObjectSelector = &want.selector, &metav1.LabelSelector{}
			if *w.FailurePolicy == admissionregistrationv1.Fail {
				w.FailurePolicy = &want.validatingFails
			}
		}
		if diff := cmp.Diff(validating.Webhooks, only[*admissionregistrationv1.ValidatingWebhookConfiguration](t, r).Webhooks); diff != "" {
			t.Errorf("-registration +chart:\n%s", diff)
		}
	})
}

func (i installation) client(service string) func(string) admissionregistrationv1.WebhookClientConfig {
	return func(path string) admissionregistrationv1.WebhookClientConfig {
		c := admissionregistrationv1.WebhookClientConfig{Service: &admissionregistrationv1.ServiceReference{
			Name: service, Namespace: namespace, Path: &path, Port: new(int32(443)),
		}}
		if i.caBundle != "" {
			c.CABundle = []byte(i.caBundle)
		}
		return c
	}
}
