package ack

import (
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// reapply applies by both ways what cmkgate has completed: the keys must stay, and nobody must have work to do.
func (s *stage) reapply(t *testing.T) {
	var manifests []*unstructured.Unstructured
	for _, manifest := range s.manifests(t, created, ebs) {
		if kind := manifest.GetKind(); kind != "EndpointConfig" && kind != "ModelPackage" { // see reapplyLists
			manifests = append(manifests, manifest)
		}
	}
	before := map[string]int64{}
	for _, k := range s.kinds {
		sub := k.subject(created)
		before[sub.name] = s.get(t, &sub).GetGeneration()
	}
	s.apply(t, manifests)
	s.apply(t, manifests, "--server-side")
	for _, sub := range s.subjects(created) {
		t.Run(sub.name, func(t *testing.T) {
			object := s.settled(t, sub, sub.kind.creates)
			if object.GetGeneration() != before[sub.name] {
				t.Errorf("the generation was %d and is %d", before[sub.name], object.GetGeneration())
			}
			s.hasKeys(t, sub, object, keyed(sub.kind.keys, defaultKey))
		})
	}
}

// reapplyLists: to kubectl a list is one value. The list of the manifest replaces the one that has the key.
func (s *stage) reapplyLists(t *testing.T) {
	k := only("EndpointConfig")[0]
	sub := k.subject(created)
	before := s.get(t, &sub).GetGeneration()
	s.apply(t, []*unstructured.Unstructured{k.manifest(t, created, ebs)})
	object := s.settled(t, &sub, k.creates)
	if object.GetGeneration() != before {
		t.Errorf("the generation was %d and is %d", before, object.GetGeneration())
	}
	s.hasKeys(t, &sub, object, keyed(k.keys, defaultKey))
}

// restart makes the controllers look at everything again, as they do every ten hours.
func (s *stage) restart(t *testing.T) {
	s.restartControllers(t)
	for _, f := range s.followed {
		object := s.ready(t, &f.subject)
		if object.GetGeneration() != f.generation {
			t.Errorf("%s: the generation was %d and is %d", f.name, f.generation, object.GetGeneration())
		}
		s.unchanged(t, &f)
	}
	t.Logf("%d objects are as they were", len(s.followed))
}

// deletion ends for everything at once: ACK lets 30 s pass between stopping and deleting a notebook, and before it
// looks again at a job that it has stopped.
func (s *stage) deletion(t *testing.T) {
	s.startJob(t)
	for _, f := range s.followed {
		must(t, s.of(&f.subject).Delete(t.Context(), f.name, metav1.DeleteOptions{}))
	}
	for _, f := range s.followed {
		t.Run(f.name, func(t *testing.T) {
			s.gone(t, &f.subject)
			f.changes = slices.Concat(f.changes, f.kind.deletes)
			s.unchanged(t, &f)
		})
	}
}

// startJob has a job under way: all others are over at once.
func (s *stage) startJob(t *testing.T) {
	t.Helper()
	k := only("TrainingJob")[0]
	running := k.subject("running")
	s.apply(t, []*unstructured.Unstructured{k.manifest(t, "running", ebs)})
	s.settled(t, &running, k.creates)
	must(t, s.aws.SetStatus(k.name, running.name, "InProgress"))
	s.followed[len(s.followed)-1].kind.deletes = []string{"StopTrainingJob"}
}
