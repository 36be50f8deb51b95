package policies_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
)

// TestControlsAreNamedAsTheirFrameworksDo holds the form of the IDs, and that
// they belong to policies.
func TestControlsAreNamedAsTheirFrameworksDo(t *testing.T) {
	forms := map[string]*regexp.Regexp{
		"AWS Security Hub":  regexp.MustCompile(`^(SageMaker|S3)\.[1-9]\d?$`),
		"AWS Config":        regexp.MustCompile(`^(sagemaker|s3)(-[a-z]+)+$`),
		"AWS Control Tower": regexp.MustCompile(`^CT\.(SAGEMAKER|S3)\.PR\.[1-9]\d?$`),
		"Checkov":           regexp.MustCompile(`^CKV_AWS_[1-9]\d{0,2}$`),
	}
	total := 0
	for _, p := range policies.All() {
		seen := map[string]bool{}
		for _, c := range policies.Controls(p.ID) {
			total++
			if form := forms[c.Framework]; form == nil || !form.MatchString(c.ID) || c.Asks == "" || seen[c.ID] {
				t.Errorf("%s: %+v", p.ID, c)
			}
			seen[c.ID] = true
		}
	}
	if total != policies.ControlCount() {
		t.Errorf("%d controls belong to policies, of %d", total, policies.ControlCount())
	}
}

// TestExamplesShowWhatThePolicyIsAbout holds that the first manifest has a
// finding of the policy and the second none of any policy that the first has not.
func TestExamplesShowWhatThePolicyIsAbout(t *testing.T) {
	for _, p := range policies.All() {
		example := policies.ExampleOf(p.ID)
		if example.Before == "" || example.After == "" {
			t.Errorf("%s has no example: testdata/%s/{deny,pass}/example.yaml", p.ID, p.ID)
			continue
		}
		of := func(kind string) (found []string) {
			for _, f := range fixturesOf(t, p.ID, kind, "example") {
				for _, finding := range f.findings(evaluator(t, f.settings...)) {
					found = append(found, finding.Policy)
				}
			}
			return found
		}
		before, after := of("deny"), of("pass")
		if !slices.Contains(before, p.ID) || slices.Contains(after, p.ID) {
			t.Errorf("%s: found before %q, after %q", p.ID, before, after)
		}
		for _, id := range after {
			if !slices.Contains(before, id) {
				t.Errorf("%s: only the put-right example has a finding of %s", p.ID, id)
			}
		}
	}
	if got := policies.ExampleOf("no-such-policy"); got != (policies.Example{}) {
		t.Errorf("got %+v", got)
	}
}
