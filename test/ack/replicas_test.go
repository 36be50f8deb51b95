package ack

import (
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// everyReplicaStopped comes last: from here on the API server asks a cmkgate that does not answer. Nothing new can be
// created then, but what exists does not suffer.
func (s *stage) everyReplicaStopped(t *testing.T) {
	const scene = "down"
	s.kinds = slices.DeleteFunc(slices.Clone(s.kinds), func(k kind) bool {
		return k.name == "NotebookInstance" // its end takes 30 s
	})
	adoptions := map[string]string{"down-adopted": ownKey, "down-adopted-keyless": ""}
	s.stopControllers(t)
	s.apply(t, s.manifests(t, scene, ebs))
	for adoption, key := range adoptions {
		s.applyAdoptions(t, adoption, key)
	}
	must(t, s.webhook.Terminate())
	s.startControllers(t)
	t.Run("NothingNewIsCreated", func(t *testing.T) {
		k := only("TrainingJob")[0]
		sub := k.subject("refused")
		_, err := s.of(&sub).Create(t.Context(), k.manifest(t, "refused", ebs), metav1.CreateOptions{})
		if err == nil || !strings.Contains(err.Error(), "failed calling webhook") {
			t.Errorf("want a refusal because cmkgate does not answer, got %v", err)
		}
	})
	for _, sub := range s.subjects(scene) {
		t.Run(sub.name, func(t *testing.T) {
			s.patch(t, sub, `{"metadata":{"labels":{"team":"churn"}}}`)
			object := s.settled(t, sub, sub.kind.creates)
			s.hasKeys(t, sub, object, keyed(sub.kind.keys, defaultKey))
			must(t, s.of(sub).Delete(t.Context(), sub.name, metav1.DeleteOptions{}))
			s.gone(t, sub)
		})
	}
	for adoption, key := range adoptions {
		for _, sub := range s.subjects(adoption) {
			t.Run(sub.name, func(t *testing.T) { s.takenOver(t, sub, key) })
		}
	}
}
