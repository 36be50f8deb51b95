package parity

import (
	"sync"
	"testing"
)

// seen counts what was compared, so that a suite that misses the point fails.
type seen struct {
	mu       sync.Mutex
	objects  int
	outcomes map[string]int
	set      int
	warned   int
	policies map[string]int
}

func (s *seen) count(verdicts []verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outcomes == nil {
		s.outcomes, s.policies = map[string]int{}, map[string]int{}
	}
	for i := range verdicts {
		v := &verdicts[i]
		s.objects++
		s.outcomes[v.answer.Outcome]++
		s.set += len(v.answer.Set)
		s.warned += len(v.answer.Warnings)
		for k := range v.results {
			s.policies[v.results[k].label()]++
		}
	}
}

func (s *seen) check(t *testing.T) {
	t.Helper()
	t.Logf("%d objects compared: %v; %d values set, %d warnings; results: %v", s.objects, s.outcomes, s.set, s.warned, s.policies)
	if s.outcomes[admitted] < s.objects/10 || s.outcomes[denied] < s.objects/10 || s.set == 0 || s.warned == 0 {
		t.Error("the objects do not tell the outcomes apart")
	}
}
