package policies_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/fixtures"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fixture is one of package fixtures. The first line of its manifest may name
// changes of the settings: "# settings: NAME, NAME".
type fixture struct {
	fixtures.Fixture
	manifest
	settings []change
}

// fixturesOf returns fixtures by their parts; "*" stands for all.
func fixturesOf(tb testing.TB, policy, kind, name string) []fixture {
	tb.Helper()
	is := func(want, got string) bool { return want == "*" || want == got }
	var out []fixture
	for _, read := range fixtures.All(tb, "testdata") {
		if !is(policy, read.Policy) || !is(kind, read.Kind) || !is(name, read.Name) {
			continue
		}
		f := fixture{Fixture: read, manifest: load(tb, read.Text)}
		first, _, _ := strings.Cut(read.Text, "\n")
		if names, ok := strings.CutPrefix(first, "# settings: "); ok {
			for name := range strings.SplitSeq(names, ", ") {
				change, ok := settingsOfFixtures()[name]
				if !ok {
					tb.Fatalf("%s: no settings %q", read, name)
				}
				f.settings = append(f.settings, change)
			}
		}
		out = append(out, f)
	}
	return out
}

func settingsOfFixtures() map[string]change {
	return map[string]change{
		"localStorage Require": func(s *policies.Settings) { s.LocalStorage = policies.Require },
		"localStorage Deny":    func(s *policies.Settings) { s.LocalStorage = policies.Deny },
		"unverifiable Deny":    func(s *policies.Settings) { s.Unverifiable = policies.Enforce },
		"no default keys":      func(s *policies.Settings) { s.DefaultKeys = nil },
		"volumes Warn": func(s *policies.Settings) {
			s.Policies["sagemaker-volume-key"] = policies.PolicySettings{Mode: policies.Warn}
		},
		"volumes Off": func(s *policies.Settings) {
			s.Policies["sagemaker-volume-key"] = policies.PolicySettings{Mode: policies.Off}
		},
		"no account":       func(s *policies.Settings) { s.Account = "" },
		"family g9 local":  func(s *policies.Settings) { s.Families = map[string]catalog.Storage{"g9": catalog.Local} },
		"compliant lake-*": func(s *policies.Settings) { s.CompliantBuckets = []string{"lake-*"} },
		"logs audit-*":     func(s *policies.Settings) { s.LogBuckets = []string{"audit-*"} },
		"no injection": func(s *policies.Settings) {
			for id, p := range s.Policies {
				p.Inject = false
				s.Policies[id] = p
			}
		},
		"only listed keys": func(s *policies.Settings) {
			s.Trusted.Accounts = nil
			s.Trusted.Keys = append(s.Trusted.Keys, reference(otherKey), reference("arn:aws:kms:eu-west-1:111122223333:alias/team"))
		},
	}
}

// testFixtures checks one policy against its fixtures.
func testFixtures(t *testing.T, id policies.ID) {
	t.Helper()
	for _, kind := range []string{"pass", "deny", "fix"} {
		for _, f := range fixturesOf(t, id, kind, "*") {
			t.Run(kind+"/"+f.Name, func(t *testing.T) {
				e := evaluator(t, f.settings...)
				findings := of(id, f.findings(e))
				switch kind {
				case "pass":
					if len(findings) > 0 {
						t.Errorf("findings:\n%s", report(findings))
					}
				case "deny":
					if len(findings) == 0 || len(injectable(findings)) > 0 {
						t.Errorf("want findings, none of them injectable:\n%s", report(findings))
					}
					f.golden(t, fixtures.Golden, report(findings))
				case "fix":
					if len(injectable(findings)) == 0 {
						t.Errorf("want injectable findings:\n%s", report(findings))
					}
					f.golden(t, fixtures.Golden, report(findings))
					fixed := f.with(t, policies.Injections(findings), false)
					f.golden(t, fixtures.Fixed, marshal(t, fixed.value))
					if left := injectable(of(id, fixed.findings(e))); len(left) > 0 {
						t.Errorf("after its injections the object still has:\n%s", report(left))
					}
				}
				everyHintHelps(t, e, id, f.manifest)
			})
		}
	}
}

func (f *fixture) golden(t *testing.T, extension, got string) {
	t.Helper()
	if *update {
		if err := f.Write(extension, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, ok := f.Want(extension)
	if !ok {
		t.Fatalf("%s has no %s%s; go test -update writes it", f.Fixture, f.Name, extension)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s%s (-want +got), go test -update writes it anew:\n%s", f.Name, extension, diff)
	}
}

func enforced(findings []policies.Finding) int {
	n := 0
	for _, f := range findings {
		if f.Mode == policies.Enforce {
			n++
		}
	}
	return n
}

// everyHintHelps applies the edits of each finding alone: the finding must be
// gone, and nothing worse in its place.
func everyHintHelps(t *testing.T, e *policies.Evaluator, id policies.ID, m manifest) {
	t.Helper()
	findings := of(id, m.findings(e))
	for _, f := range findings {
		if f.Fix == nil {
			continue
		}
		after := of(id, m.with(t, f.Fix, !f.Inject).findings(e))
		for _, left := range after {
			if left.Place() == f.Place() && left.Problem == f.Problem {
				t.Errorf("the edits of this finding do not remove it:\n%s", report([]policies.Finding{f}))
			}
		}
		if f.Mode == policies.Enforce && enforced(after) >= enforced(findings) {
			t.Errorf("the edits of a finding bring another about:\n%safter them:\n%s", report([]policies.Finding{f}), report(after))
		}
	}
}

func TestEveryPolicyHasFixtures(t *testing.T) {
	var ids []string
	for _, p := range policies.All() {
		ids = append(ids, p.ID)
		for _, kind := range []string{"pass", "deny", "fix"} {
			if len(fixturesOf(t, p.ID, kind, "*")) == 0 && (kind != "fix" || p.Injects) {
				t.Errorf("policy %s has no fixtures in testdata/%s/%s.txtar", p.ID, p.ID, kind)
			}
		}
	}
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != "fuzz" && !slices.Contains(ids, entry.Name()) {
			t.Errorf("testdata/%s belongs to no policy", entry.Name())
		}
	}
}

func TestFixturesCoverEveryReasonAndKind(t *testing.T) {
	reasons, kinds := map[policies.Reason]bool{}, map[catalog.Kind]bool{}
	for _, f := range fixturesOf(t, "*", "*", "*") {
		for _, finding := range f.findings(evaluator(t, f.settings...)) {
			reasons[finding.Reason] = true
			kinds[catalog.Kind{Group: f.object.Group, Name: f.object.Kind}] = true
		}
	}
	for _, reason := range []policies.Reason{
		policies.Missing, policies.AWSManaged, policies.Malformed, policies.Placeholder, policies.WrongRegion, policies.Untrusted,
		policies.Unproven, policies.LocalStorage, policies.Deprecated, policies.Plaintext, policies.Conflict, policies.Unverifiable,
		policies.PublicNetwork, policies.UnencryptedTraffic, policies.CustomerProvidedKey,
	} {
		if !reasons[reason] {
			t.Errorf("no fixture has a finding %s", reason)
		}
	}
	for _, p := range policies.All() {
		for _, kind := range p.Kinds {
			if !kinds[kind] {
				t.Errorf("no fixture has a finding on a %s", kind.Name)
			}
		}
	}
}
