package generated

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// seen counts what came up, so that a generator that misses the point fails.
type seen struct {
	objects, patched, valid int                              // valid were patched, and the CRD took them before
	restored                int                              // an update put keys back
	leaves                  map[catalog.Kind]map[string]bool // that were set
	policies                map[policies.ID]int
}

func newSeen() *seen {
	return &seen{leaves: map[catalog.Kind]map[string]bool{}, policies: map[policies.ID]int{}}
}

func (s *seen) set(kind catalog.Kind, path tree.Path) {
	if s.leaves[kind] == nil {
		s.leaves[kind] = map[string]bool{}
	}
	s.leaves[kind][path.Pattern().String()] = true
}

func (s *seen) add(other *seen) {
	s.objects += other.objects
	s.patched += other.patched
	s.valid += other.valid
	s.restored += other.restored
	for kind, places := range other.leaves {
		for place := range places {
			s.set(kind, tree.MustPath(place))
		}
	}
	for id, n := range other.policies {
		s.policies[id] += n
	}
}

// check wants every leaf set and every policy heard at least once, and enough
// objects of which the patch had something to prove.
func (s *seen) check(t *testing.T) {
	t.Helper()
	t.Logf("%d objects, %d of them patched, %d of these valid before; %d restored on an update; findings by policy: %v", s.objects, s.patched, s.valid, s.restored, s.policies)
	const enough = 5000
	if s.objects < enough || t.Failed() {
		return
	}
	for kind, places := range mayBeSet() {
		for place := range places {
			if !s.leaves[kind][place] {
				t.Errorf("%s %s was never set", kind.Name, place)
			}
		}
	}
	for _, p := range policies.All() {
		if s.policies[p.ID] == 0 {
			t.Errorf("policy %s never found anything", p.ID)
		}
	}
	if s.valid < s.objects/10 || s.restored == 0 {
		t.Errorf("of %d objects only %d were valid and patched, and %d restored", s.objects, s.valid, s.restored)
	}
}
