package policies_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"

	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// For every row: what is missing is found, injected once, and never again.
func TestEveryRowIsFoundAndInjected(t *testing.T) {
	rng := random()
	e := evaluator(t)
	for _, r := range rows(t) {
		for _, missing := range []any{absent{}, "", nil} {
			for n := 1; n <= 3; n++ {
				value, places := r.object(rng, n, missing)
				m := manifestOf(value)
				findings := of(r.Policy, m.findings(e))
				for _, place := range places {
					here := at(findings, place)
					if r.ReplacedBy != "" { // nobody misses what is deprecated
						if len(here) > 0 {
							t.Errorf("%s is missed:\n%s", place, report(here))
						}
						continue
					}
					if len(here) != 1 || here[0].Reason != policies.Missing || here[0].Inject != (r.NoInjectReason == "") {
						t.Fatalf("%s with %v at %s:\n%s", r.name(), missing, place, report(findings))
					}
				}
				fixed := m.with(t, policies.Injections(findings), false)
				after := of(r.Policy, fixed.findings(e))
				if left := injectable(after); len(left) > 0 {
					t.Errorf("%s: after its injections the object still has:\n%s", r.name(), report(left))
				}
				if r.NoInjectReason == "" && policies.Enforced(after) {
					t.Errorf("%s: after its injections the object is denied:\n%s", r.name(), report(after))
				}
				if r.NoInjectReason == "" {
					for _, place := range places {
						if got := fixed.object.Root.Find(place).Str(); got != key {
							t.Errorf("%s: %q is injected at %s", r.name(), got, place)
						}
					}
				}
				holdsMore(t, m.value, fixed.value, "")
			}
		}
	}
}

// holdsMore reports whether b has everything that a has; null and "" may be filled in.
func holdsMore(t *testing.T, a, b any, path string) {
	t.Helper()
	switch a := a.(type) {
	case nil:
	case map[string]any:
		fields, ok := b.(map[string]any)
		for k, v := range a {
			if !ok {
				t.Errorf("%s was an object and is %v", path, b)
				return
			}
			holdsMore(t, v, fields[k], path+"."+k)
		}
	case []any:
		elements, ok := b.([]any)
		if !ok || len(elements) != len(a) {
			t.Errorf("%s has changed from %v to %v", path, a, b)
			return
		}
		for i := range a {
			holdsMore(t, a[i], elements[i], fmt.Sprintf("%s[%d]", path, i))
		}
	default:
		if a != "" && !reflect.DeepEqual(a, b) {
			t.Errorf("%s has changed from %v to %v", path, a, b)
		}
	}
}

func TestEveryRowTakesAGoodKey(t *testing.T) {
	rng := random()
	e := evaluator(t)
	forms := map[kms.Form]string{
		kms.KeyID:     "44444444-4444-4444-4444-444444444444",
		kms.KeyARN:    otherKey,
		kms.AliasName: "alias/team",
		kms.AliasARN:  "arn:aws:kms:eu-west-1:111122223333:alias/team",
	}
	for _, r := range rows(t) {
		for form, good := range forms {
			value, _ := r.object(rng, 2, good)
			m := manifestOf(value)
			got := of(r.Policy, m.findings(e))
			var kept []policies.Finding
			for _, f := range got {
				if f.Path.Pattern().String() == r.Path {
					kept = append(kept, f)
				}
			}
			switch {
			case r.ReplacedBy != "":
				if len(kept) != 1 || kept[0].Reason != policies.Deprecated {
					t.Errorf("%s is deprecated:\n%s", r.name(), report(kept))
				}
			case form&r.Accepts == 0:
				if len(kept) == 0 || kept[0].Reason != policies.Malformed {
					t.Errorf("%s does not take a %s:\n%s", r.name(), form, report(kept))
				}
			case len(kept) > 0:
				t.Errorf("%s takes a %s:\n%s", r.name(), form, report(kept))
			}
		}
	}
}

// For every row and every kind of bad key: it is found with its reason, and an
// object whose hint was applied verbatim is admitted.
func TestEveryRowRefusesABadKeyWithAHintThatHelps(t *testing.T) {
	rng := random()
	for _, r := range rows(t) {
		if r.ReplacedBy != "" {
			continue
		}
		for _, tt := range []struct {
			value  any
			reason policies.Reason
		}{
			{"alias/aws/s3", policies.AWSManaged},
			{"arn:aws:kms:eu-west-1:111122223333:alias/aws/s3", policies.AWSManaged},
			{"my-key", policies.Malformed},
			{"arn:aws-cn:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111", policies.Malformed},
			{int64(7), policies.Malformed},
			{true, policies.Malformed},
			{[]any{"x"}, policies.Malformed},
			{map[string]any{"x": "y"}, policies.Malformed},
			{usKey, policies.WrongRegion},
			{"arn:aws:kms:eu-west-1:999988887777:key/11111111-1111-1111-1111-111111111111", policies.Untrusted},
		} {
			if tt.reason == policies.WrongRegion && r.OtherRegion {
				continue
			}
			e := evaluator(t)
			value, places := r.object(rng, 1+rng.IntN(3), tt.value)
			m := manifestOf(value)
			findings := of(r.Policy, m.findings(e))
			for _, place := range places {
				here := at(findings, place)
				if len(here) != 1 || here[0].Reason != tt.reason || here[0].Inject || here[0].Mode != policies.Enforce {
					t.Fatalf("%s with %v at %s, want %s:\n%s", r.name(), tt.value, place, tt.reason, report(findings))
				}
			}
			if r.OtherRegion {
				continue // only a person knows the key
			}
			everyHintHelps(t, e, r.Policy, m)
			everyWordHelps(t, e, r.Policy, m)
			var all []policies.Edit
			for _, f := range findings {
				all = append(all, f.Fix...)
			}
			if left := of(r.Policy, m.with(t, all, true).findings(e)); policies.Enforced(left) {
				t.Errorf("%s: with all hints applied the object is still denied:\n%s", r.name(), report(left))
			}
		}
	}
}

var setTo = regexp.MustCompile(`^Set it to ((?:\{.*\}|"[^"]*"|\S+?))( or remove the field)?\.$`)

// everyWordHelps does what the remedies say in words, as a person would who
// pastes the value into the manifest.
func everyWordHelps(t *testing.T, e *policies.Evaluator, id policies.ID, m manifest) {
	t.Helper()
	for _, f := range of(id, m.findings(e)) {
		var attempts []any // nil: the field is removed
		if match := setTo.FindStringSubmatch(f.Remedy); match != nil {
			var value any
			if err := sigsyaml.Unmarshal([]byte(match[1]), &value); err != nil {
				t.Errorf("%q in the remedy is not YAML: %v", match[1], err)
				continue
			}
			attempts = append(attempts, value)
			if match[2] != "" {
				attempts = append(attempts, nil)
			}
		} else if f.Remedy == "Remove the field." {
			attempts = append(attempts, nil)
		} else if strings.HasPrefix(f.Remedy, "Set it to arn:") {
			t.Errorf("what should a person do with %q?", f.Remedy)
		}
		for _, value := range attempts {
			after := m.with(t, []policies.Edit{{Path: f.Path, Value: value}}, true)
			after = after.with(t, policies.Injections(of(id, after.findings(e))), false)
			for _, left := range of(id, after.findings(e)) {
				if left.Mode == policies.Enforce && strings.HasPrefix(left.Path.String()+".", f.Path.String()+".") {
					t.Errorf("doing what this says:\n%sleads to:\n%s", report([]policies.Finding{f}), report([]policies.Finding{left}))
				}
			}
		}
	}
}

func TestTheWordsOfEveryFixturesHintsHelp(t *testing.T) {
	for _, f := range fixturesOf(t, "*", "*", "*") {
		e := evaluator(t, f.settings...)
		for _, p := range policies.All() {
			everyWordHelps(t, e, p.ID, f.manifest)
		}
	}
}

// Messages are one line each, and say more than the label.
func TestMessagesAreOneReadableLine(t *testing.T) {
	for _, f := range fixturesOf(t, "*", "*", "*") {
		for _, finding := range f.findings(evaluator(t, f.settings...)) {
			m := finding.Message()
			if strings.ContainsAny(m, "\n\r\t") || strings.Contains(m, "  ") || strings.Contains(m, "%!") || strings.Contains(m, "..") || strings.Contains(m, " a a") {
				t.Errorf("%s: %q", f.Fixture, m)
			}
			if !strings.HasSuffix(finding.Problem, ".") || !strings.HasSuffix(finding.Remedy, ".") {
				t.Errorf("%s: problem and remedy are sentences: %q", f.Fixture, m)
			}
			if len(m) > 700 {
				t.Errorf("%s: %d characters: %s", f.Fixture, len(m), m)
			}
			for _, step := range finding.Path {
				if step.IsAny() {
					t.Errorf("%s: the path %s is a pattern", f.Fixture, finding.Path)
				}
			}
			if finding.Policy == "" || finding.Reason == "" || finding.Mode == "" {
				t.Errorf("%s: incomplete: %+v", f.Fixture, finding)
			}
		}
	}
}

// An object without a spec is never wrong, and neither is one that is being
// deleted. A new object is not, whatever it says: the API server drops the mark.
func TestNothingIsAskedOfAnObjectWithoutSpec(t *testing.T) {
	e := evaluator(t)
	for _, r := range rows(t) {
		value, _ := r.object(random(), 1, absent{})
		deleting := manifestOf(value)
		for _, spec := range []any{nil, map[string]any{}, "", []any{}} {
			m := deleting.with(t, []policies.Edit{{Path: tree.MustPath("spec")}}, true)
			if spec != nil {
				m.value["spec"] = spec
				m = manifestOf(m.value)
			}
			if got := m.findings(e); len(got) > 0 {
				t.Errorf("%s with spec %v:\n%s", r.Kind.Name, spec, report(got))
			}
		}
		deleting = deleting.with(t, []policies.Edit{{Path: tree.MustPath("metadata.deletionTimestamp"), Value: "2026-01-01T00:00:00Z"}}, true)
		old := tree.FromValue(map[string]any{"spec": map[string]any{"another": true}})
		if got := evaluate(e, deleting.object, old, nil); len(got) > 0 {
			t.Errorf("%s that is being deleted:\n%s", r.Kind.Name, report(got))
		}
		if report(deleting.findings(e)) != report(manifestOf(value).findings(e)) {
			t.Errorf("a new %s that says it is being deleted:\n%s", r.Kind.Name, report(deleting.findings(e)))
		}
	}
}

// Whatever stands anywhere: no panic, and injections that can be carried out.
func TestWrongKindsAnywhereNeverBreak(t *testing.T) {
	rng := random()
	e := evaluator(t)
	hostile := []any{nil, "", "x", int64(1), 1.5, true, []any{}, []any{nil}, []any{"x"}, []any{[]any{}}, map[string]any{}, map[string]any{"": nil}}
	for _, r := range rows(t) {
		for range 300 {
			value, _ := r.object(rng, 1+rng.IntN(2), hostile[rng.IntN(len(hostile))])
			for range 1 + rng.IntN(3) {
				value = spoil(rng, value, hostile[rng.IntN(len(hostile))]).(map[string]any)
			}
			value["apiVersion"], value["kind"] = r.Kind.Group+"/v1alpha1", r.Kind.Name
			holdsForAnyObject(t, e, manifestOf(value))
		}
	}
}

// spoil replaces a value somewhere below in.
func spoil(rng *rand.Rand, in, by any) any {
	switch in := in.(type) {
	case map[string]any:
		out := map[string]any{}
		keys := make([]string, 0, len(in))
		for k, v := range in {
			out[k] = v
			keys = append(keys, k)
		}
		if len(keys) == 0 {
			return by
		}
		k := keys[rng.IntN(len(keys))]
		if k == "metadata" || k == "apiVersion" || k == "kind" {
			k = "spec"
		}
		if _, scalar := out[k].(string); scalar || rng.IntN(4) == 0 {
			out[k] = by
		} else {
			out[k] = spoil(rng, out[k], by)
		}
		return out
	case []any:
		if len(in) == 0 || rng.IntN(4) == 0 {
			return by
		}
		out := append([]any{}, in...)
		i := rng.IntN(len(out))
		out[i] = spoil(rng, out[i], by)
		return out
	default:
		return by
	}
}

// holdsForAnyObject are the promises that need no valid object.
func holdsForAnyObject(t *testing.T, e *policies.Evaluator, m manifest) {
	t.Helper()
	findings := m.findings(e)
	fixed, err := apply(m.value, policies.Injections(findings), false)
	if err != nil {
		t.Fatalf("%v, as injected into\n%s%s", err, marshal(t, m.value), report(findings))
	}
	after := manifest{object: policies.NewObject(tree.FromValue(fixed)), value: fixed, world: m.world}
	after.object.Group, after.object.Kind = m.object.Group, m.object.Kind
	if left := injectable(after.findings(e)); len(left) > 0 {
		t.Fatalf("injected twice into\n%s%s", marshal(t, m.value), report(left))
	}
	if got := evaluate(e, m.object, m.object.Root, m.world); len(got) > 0 {
		t.Fatalf("an update that changes nothing has findings:\n%s%s", marshal(t, m.value), report(got))
	}
	for _, f := range findings {
		if _, err := apply(m.value, f.Fix, true); err != nil {
			t.Fatalf("%v, as a hint for\n%s%s", err, marshal(t, m.value), report(findings))
		}
	}
}
