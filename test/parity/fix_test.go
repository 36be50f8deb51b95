package parity

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/test/manifests"
)

// fix is a unit as cmkgate fix --write leaves it.
func (j *judges) fix(t *testing.T, u manifests.Unit) manifests.Unit {
	t.Helper()
	if fixed, ok := j.fixed[string(u.Data)]; ok {
		return fixed
	}
	file := write(t, u)
	if got := j.run(t, nil, "fix", "--write", file); got.code > 1 {
		t.Fatalf("cmkgate fix: exit code %d\n%s", got.code, got.stderr)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return manifests.Unit{Name: u.Name, Data: data}
}

// settled holds what became of a unit that was fixed: nothing is left that
// cmkgate knows the answer to, the API server stores what is written and nothing
// else, and that is what it makes of the objects as they were.
func (x *trial) settled(before, after []verdict) {
	for i := range after {
		a := &after[i]
		if len(a.answer.Set) > 0 {
			x.differ("%s: fixed, and the webhook still sets %v", a.object, a.answer.Set)
		}
		for k := range a.results {
			if r := &a.results[k]; len(r.Fix) > 0 {
				x.differ("%s: fixed, and %s %s still has a fix", a.object, r.label(), r.Path)
			}
		}
		was := slices.IndexFunc(before, func(v verdict) bool { return v.at == a.at })
		if was < 0 || !onlyInjected(before[was].results) || before[was].answer.Outcome != admitted || a.answer.Outcome != admitted {
			continue
		}
		if diff := cmp.Diff(asStored(x.t, &before[was]), asStored(x.t, a)); diff != "" {
			x.differ("%s: what the webhook makes of it (-) is not what fix writes (+):\n%s", a.object, diff)
		}
	}
}

// onlyInjected reports whether all that has a fix is what the webhook sets, too.
func onlyInjected(results []result) bool {
	for i := range results {
		if len(results[i].Fix) > 0 && !results[i].Inject {
			return false
		}
	}
	return true
}

// asStored is what etcd would hold of an object that a person has written.
func asStored(t *testing.T, v *verdict) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(v.made.object, &o); err != nil {
		t.Fatal(err)
	}
	if m, ok := o["metadata"].(map[string]any); ok {
		for _, made := range []string{"uid", "creationTimestamp", "managedFields", "name"} {
			if made != "name" || m["generateName"] != nil {
				delete(m, made)
			}
		}
	}
	return o
}
