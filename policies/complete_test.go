package policies_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
)

// What the webhook sets and what it will deny is what all findings say.
func TestEditsAloneAgreeWithAWholeReview(t *testing.T) {
	modes := map[string]change{
		"enforced": func(*policies.Settings) {},
		"warnings": func(s *policies.Settings) {
			for id, p := range s.Policies {
				p.Mode = policies.Warn
				s.Policies[id] = p
			}
		},
		"volumes audited": func(s *policies.Settings) {
			s.Policies["sagemaker-volume-key"] = policies.PolicySettings{Mode: policies.Audit, Inject: true}
		},
	}
	for name, mode := range modes {
		plain := evaluator(t, mode)
		for _, f := range fixturesOf(t, "*", "*", "*") {
			e := plain
			if len(f.settings) > 0 {
				e = evaluator(t, append(f.settings, mode)...)
			}
			findings := f.findings(e)
			edits, denied := complete(e, f.object, f.world)
			if diff := cmp.Diff(policies.Injections(findings), edits); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", name, f.Fixture, diff)
			}
			want := false
			for _, finding := range findings {
				want = want || finding.Mode == policies.Enforce && !finding.Inject
			}
			if denied != want {
				t.Errorf("%s %s: denied %v, want %v", name, f.Fixture, denied, want)
			}
		}
	}
}
