package ack

import (
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// everyReplicaStopped comes last: from here on the API server asks a cmkgate that does not answer. That is harmless to
// objects that exist only where the registration says, by matchConditions, which writes cmkgate need not see.
func (s *stage) everyReplicaStopped(t *testing.T) {
	if !s.registeredWithMatchConditions(t) {
		t.Skip("cmkgate is registered without matchConditions: ACK's writes would be refused")
	}
	const scene, toAdopt = "down", "down-adopted"
	s.kinds = slices.DeleteFunc(slices.Clone(s.kinds), func(k kind) bool {
		return k.name == "NotebookInstance" // its end takes 30 s
	})
	s.stopControllers(t)
	s.apply(t, s.manifests(t, scene, ebs))
	s.applyAdoptions(t, toAdopt, ownKey)
	must(t, s.webhook.Terminate())
	s.startControllers(t)
	for _, sub := range s.subjects(scene) {
		t.Run(sub.name, func(t *testing.T) {
			s.patch(t, sub, `{"metadata":{"labels":{"team":"churn"}}}`)
			object := s.settled(t, sub, sub.kind.creates)
			s.hasKeys(t, sub, object, keyed(sub.kind.keys, defaultKey))
			must(t, s.of(sub).Delete(t.Context(), sub.name, metav1.DeleteOptions{}))
			s.gone(t, sub)
		})
	}
	for _, sub := range s.subjects(toAdopt) {
		t.Run(sub.name, func(t *testing.T) { s.takenOver(t, sub, ownKey) })
	}
}

func (s *stage) registeredWithMatchConditions(t *testing.T) bool {
	t.Helper()
	clients, err := kubernetes.NewForConfig(s.server.Config())
	if err != nil {
		t.Fatal(err)
	}
	registered, err := clients.AdmissionregistrationV1().ValidatingWebhookConfigurations().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, configuration := range registered.Items {
		for _, webhook := range configuration.Webhooks {
			if len(webhook.MatchConditions) > 0 {
				return true
			}
		}
	}
	return false
}
