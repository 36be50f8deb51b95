package ack

import (
	"testing"

	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

// Scenes of objects from before cmkgate: one settled by then, one that no controller has seen.
const (
	old    = "old"
	unseen = "unseen"
)

func (s *stage) settleWithoutKeys(t *testing.T) {
	s.apply(t, s.manifests(t, old, ebs))
	for _, sub := range s.subjects(old) {
		t.Run(sub.name, func(t *testing.T) { s.settled(t, sub, sub.kind.createsWithoutKeys()) })
	}
}

// liveOnWithoutKeys: a key that cmkgate gave such an object would show in etcd and never reach AWS.
func (s *stage) liveOnWithoutKeys(t *testing.T) {
	for _, scene := range []string{old, unseen} {
		for _, sub := range s.subjects(scene) {
			t.Run(sub.name, func(t *testing.T) {
				s.patch(t, sub, `{"metadata":{"labels":{"team":"churn"},"annotations":{"example.com/note":"seen"}}}`)
				object := s.settled(t, sub, sub.kind.createsWithoutKeys())
				if keys := controllers.Keys(sub.kind.asked(object)); len(keys) > 0 {
					t.Errorf("etcd has keys that AWS was never asked for: %v", keys)
				}
			})
		}
	}
}
