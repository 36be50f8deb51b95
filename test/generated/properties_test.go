package generated

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/webhook"
)

// property is a promise that every object must keep.
type property struct {
	name  string
	holds func(*trial) error
}

func properties() []property {
	return []property{
		{"the patch sets missing keys and nothing else", (*trial).onlySetsMissingKeys},
		{"the patch breaks nothing that the schema asks", (*trial).staysValid},
		{"a second pass sets nothing", (*trial).isSettled},
		{"the validator admits what the mutator completed", (*trial).isCompleted},
		{"no field is looked at twice", (*trial).looksOnce},
		{"the same object has the same findings", (*trial).isDeterministic},
		{"an update that changes nothing of note brings nothing about", (*trial).unrelatedUpdates},
		{"an update sets nothing but keys that it leaves out", (*trial).updatesFromAnything},
		{"what a hint says helps", (*trial).hintsHelp},
		{"JSON and YAML are read alike", (*trial).readsAlike},
	}
}

func (t *trial) onlySetsMissingKeys() error {
	if !t.patched {
		return nil
	}
	var set []change
	if err := compare(t.before.value, t.after.value, nil, &set); err != nil {
		return err
	}
	if len(set) == 0 {
		return errors.New("the patch changes nothing")
	}
	for _, c := range set {
		if err := t.settable.check(c, t.before.object, &t.setting.settings); err != nil {
			return err
		}
		t.seen.set(t.kind, c.path)
	}
	return nil
}

// staysValid says more than that a valid object stays valid: of any object, the
// patch adds no problem with the schema.
func (t *trial) staysValid() error {
	if !t.patched {
		return nil
	}
	problems := func(s state) map[string]bool {
		out := map[string]bool{}
		for _, p := range t.schemas.Validate(context.Background(), t.kind, s.value) {
			out[p.Field+": "+string(p.Type)] = true
		}
		return out
	}
	before, after := problems(t.before), problems(t.after)
	if len(before) == 0 {
		t.seen.valid++
	}
	for p := range after {
		if !before[p] {
			return fmt.Errorf("by the schema, after the patch: %s", p)
		}
	}
	return nil
}

func (t *trial) isSettled() error {
	if edits := policies.Injections(t.after.findings); len(edits) > 0 {
		return fmt.Errorf("a second pass sets %v", edits)
	}
	return nil
}

func (t *trial) isCompleted() error {
	var want []policies.Finding
	for _, f := range t.before.findings {
		t.seen.policies[f.Policy]++
		if !f.Inject {
			want = append(want, f)
		}
	}
	return sameFindings(want, t.after.findings)
}

func (t *trial) looksOnce() error {
	for _, s := range []state{t.before, t.after} {
		if err := noneTwice(s.findings); err != nil {
			return err
		}
	}
	for policy, rows := range t.rows[t.kind] {
		places := map[string]string{}
		var twice error
		for _, r := range rows {
			r.path.Walk(t.before.object.Root, r.under, func(at tree.Path, _ *tree.Node) {
				pointer := at.Pointer()
				if other, ok := places[pointer]; ok {
					twice = fmt.Errorf("rows %s and %s of %s both lead to %s", other, r.path, policy, at)
				}
				places[pointer] = r.path.String()
			})
		}
		if twice != nil {
			return twice
		}
	}
	return nil
}

// noneTwice lets one value do different things wrong: a text that is used for
// several ends, a parameter that several steps use.
func noneTwice(findings []policies.Finding) error {
	seen := map[string]bool{}
	for i := range findings {
		f := &findings[i]
		place, _, _ := strings.Cut(f.Message(), ": "+f.Problem)
		id := f.Label() + " at " + place
		if place != f.Path.String() || strings.HasPrefix(place, "spec.pipelineParameters") {
			id += " because " + f.Problem
		}
		if seen[id] {
			return fmt.Errorf("twice: %s\n%s", id, report(findings))
		}
		seen[id] = true
	}
	return nil
}

func (t *trial) isDeterministic() error {
	return sameFindings(t.before.findings, t.create(t.before.object))
}

// hintsHelp carries out each fix that a person would have to: its finding is
// gone then, and nothing takes its place that denies the object, unless because
// nobody can see the answer, or because one value cannot serve two ends.
func (t *trial) hintsHelp() error {
	for i := range t.after.findings {
		f := &t.after.findings[i]
		if f.Inject || len(webhook.Patch(t.after.object.Root, f.Fix)) == 0 {
			continue // nothing to carry out in the object itself
		}
		raw, err := patch(t.after, f.Fix)
		if err != nil {
			return err
		}
		root, err := tree.ParseObject(raw)
		if err != nil {
			return fmt.Errorf("parsing: %w", err)
		}
		left := t.create(policies.NewObject(root))
		known := map[string]bool{}
		for j := range t.after.findings {
			known[t.after.findings[j].Message()] = j != i
		}
		for j := range left {
			l := &left[j]
			elsewhere := sharesValue(t.after.findings, i) && l.Path.String() == f.Path.String()
			if l.Mode == policies.Enforce && !l.Inject && l.Reason != policies.Unverifiable && !known[l.Message()] && !elsewhere {
				return fmt.Errorf("carrying out\n%sleads to\n%s", report(t.after.findings[i:i+1]), report(left))
			}
		}
	}
	return nil
}

// sharesValue reports whether a value does another thing wrong beside the finding.
func sharesValue(findings []policies.Finding, i int) bool {
	for j := range findings {
		if j != i && findings[j].Path.String() == findings[i].Path.String() {
			return true
		}
	}
	return false
}

// readsAlike compares what the webhook reads with what the command line reads
// of the same object, in a file that one of three writers has made.
func (t *trial) readsAlike() error {
	const huge = 1 << 16
	if len(t.before.raw) > huge {
		return nil
	}
	want, err := tree.ParseJSON(t.before.raw)
	if err != nil {
		return fmt.Errorf("parsing JSON: %w", err)
	}
	if !tree.Equal(want, tree.FromValue(t.before.value)) {
		return errors.New("the tree of the JSON is not that of the decoded value")
	}
	text, err := t.file()
	if err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	root, err := parseYAML(text)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	if !tree.Equal(want, root) {
		return fmt.Errorf("this is read as another object:\n%s", text)
	}
	return sameFindings(t.before.findings, t.create(policies.NewObject(root)))
}

// file is the object as YAML (JSON is YAML, too). Kubernetes' writer makes a
// merge of a field that is named <<, so it gets none.
func (t *trial) file() ([]byte, error) {
	switch {
	case t.seed%3 == 0:
		return t.before.raw, nil
	case t.seed%6 == 1 && !bytes.Contains(t.before.raw, []byte(`"\u003c\u003c":`)):
		return sigsyaml.JSONToYAML(t.before.raw)
	default:
		return yaml.Marshal(t.before.value)
	}
}

func parseYAML(text []byte) (*tree.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	root, err := tree.FromYAML(&doc)
	if err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	return root, nil
}

func sameFindings(want, got []policies.Finding) error {
	if len(want) == 0 && len(got) == 0 || reflect.DeepEqual(want, got) {
		return nil
	}
	return fmt.Errorf("the findings should be\n%sand are\n%s", report(want), report(got))
}

func report(findings []policies.Finding) string {
	var b strings.Builder
	for i := range findings {
		f := &findings[i]
		fmt.Fprintf(&b, "  %s [%s] %s", f.Mode, f.Label(), f.Message())
		if f.Inject {
			fmt.Fprintf(&b, " injects %v", f.Fix)
		}
		b.WriteString("\n")
	}
	return b.String()
}
