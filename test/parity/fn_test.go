package parity

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/manifests"
)

// remark is what the tests read of a result of a KRM function.
type remark struct {
	Message     string `json:"message"`
	Severity    string `json:"severity"`
	ResourceRef struct {
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"resourceRef"`
	Field struct {
		Path          string `json:"path"`
		ProposedValue any    `json:"proposedValue"`
	} `json:"field"`
	Tags map[string]string `json:"tags"`
}

type resourceList struct {
	Items   []map[string]any `json:"items"`
	Results []remark         `json:"results"`
}

// function calls cmkgate fn with the objects.
func (j *judges) function(t *testing.T, command string, objects []manifests.Object) resourceList {
	t.Helper()
	items := []json.RawMessage{}
	for _, o := range objects {
		items = append(items, o.Raw)
	}
	list, err := json.Marshal(map[string]any{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": items})
	if err != nil {
		t.Fatal(err)
	}
	got := j.run(t, list, "fn", command)
	if got.code > 1 {
		t.Fatalf("cmkgate fn %s: exit code %d\n%s", command, got.code, got.stderr)
	}
	var out resourceList
	if err := yaml.Unmarshal(got.stdout, &out); err != nil {
		t.Fatalf("%v\n%s", err, got.stdout)
	}
	return out
}

// functionAgrees holds cmkgate fn to what check says and fix writes.
func (x *trial) functionAgrees(u, fixed manifests.Unit, results []result) {
	objects, err := u.Objects()
	if err != nil {
		x.t.Fatal(err)
	}
	var said, want []string
	for _, r := range x.function(x.t, "check", objects).Results {
		said = append(said, r.String())
	}
	for i := range results {
		want = append(want, remarkOf(&results[i]))
	}
	slices.Sort(said)
	slices.Sort(want)
	if diff := cmp.Diff(want, said); diff != "" {
		x.differ("what check says (-) is not what fn check says (+):\n%s", diff)
	}
	written, err := fixed.Objects()
	if err != nil {
		x.t.Fatal(err)
	}
	var items []map[string]any
	for _, o := range written {
		items = append(items, viaYAML(x.t, o.Raw))
	}
	if diff := cmp.Diff(items, x.function(x.t, "fix", objects).Items); diff != "" {
		x.differ("what fix writes (-) is not what fn writes (+):\n%s", diff)
	}
}

// viaYAML reads an object as the items of a ResourceList are read here.
func viaYAML(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	var o map[string]any
	if err := yaml.Unmarshal(raw, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func (r *remark) String() string {
	return fmt.Sprintf("%s %s/%s/%s %s/%s %s = %v: %s", r.Severity, r.ResourceRef.Kind, r.ResourceRef.Namespace, r.ResourceRef.Name,
		r.Tags["policy"], r.Tags["reason"], r.Field.Path, r.Field.ProposedValue, r.Message)
}

// remarkOf is what a KRM function makes of a result.
func remarkOf(r *result) string {
	out := remark{Message: r.message(), Severity: "info", Tags: map[string]string{"policy": r.Policy, "reason": r.Reason}}
	out.ResourceRef.Kind, out.ResourceRef.Namespace, out.ResourceRef.Name = r.Kind, r.Namespace, r.Name
	out.Field.Path = r.Path
	if len(r.Fix) == 1 && r.Fix[0].Pointer == "" {
		out.Field.Path, out.Field.ProposedValue = r.Fix[0].Path, r.Fix[0].Value
	}
	switch {
	case r.Inject:
	case r.Mode == "Enforce":
		out.Severity = "error"
	case r.Mode == "Warn":
		out.Severity = "warning"
	}
	return out.String()
}
