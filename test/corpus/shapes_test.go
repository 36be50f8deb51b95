package corpus

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// sample is one in how many broken objects are tried with -short.
const sample = 4

// shapes breaks every value of ACK's own manifests in several ways and asks both.
func (c *cluster) shapes(t *testing.T) {
	all := brokenObjects(t)
	if len(all) < 2000 {
		t.Errorf("only %d objects: the ACK modules were not read whole", len(all))
	}
	var tried []broken
	for i, b := range all {
		if !testing.Short() || i%sample == 0 {
			tried = append(tried, b)
		}
	}
	told := newCommandLine(t, sampleConfig).shapes(t, tried)
	refused := 0
	for _, b := range tried {
		_, err := c.send(t.Context(), b.object, metav1.DryRunAll)
		if err != nil && !apierrors.IsInvalid(err) && !apierrors.IsBadRequest(err) {
			t.Fatal(err)
		}
		if err != nil {
			refused++
		}
		if (err != nil) != told[b.name] {
			t.Errorf("%s of %s: refused by the API server: %v; told by the command line: %v", b.how, b.object["kind"], err, told[b.name])
		}
	}
	t.Logf("%d objects, %d refused", len(tried), refused)
	if refused < len(tried)/4 || refused > len(tried)*9/10 {
		t.Error("the objects do not tell the two apart")
	}
}

// broken is an object under a name of its own with one value changed.
type broken struct {
	object
	name, how string
}

func brokenObjects(t *testing.T) []broken {
	t.Helper()
	var out []broken
	seen := map[string]bool{}
	for _, u := range units(t) {
		for _, o := range u.objects {
			sound := deepCopy(o).(map[string]any)
			sound["metadata"] = map[string]any{
				"labels":      map[string]any{"team": "science"},
				"annotations": map[string]any{"services.k8s.aws/region": "eu-west-1"}, "finalizers": []any{"example.com/f"},
			}
			visit(nil, sound, func(path tree.Path, value any) {
				for _, c := range changes(path, value) {
					how := fmt.Sprintf("%s at %s", c.name, path.Pattern())
					if seen[fmt.Sprint(o["kind"], how)] {
						continue
					}
					seen[fmt.Sprint(o["kind"], how)] = true
					b := broken{object: deepCopy(sound).(map[string]any), name: fmt.Sprintf("b-%d", len(out)), how: how}
					c.apply(b.object)
					if m, ok := b.object["metadata"].(map[string]any); ok {
						m["name"] = b.name
					}
					out = append(out, b)
				}
			})
		}
	}
	return out
}

// visit walks spec and what stands in metadata. Of a list the first element is enough.
func visit(path tree.Path, v any, see func(tree.Path, any)) {
	if len(path) > 1 || path.String() == "spec" {
		see(path, v)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if len(path) > 0 || key == "spec" || key == "metadata" {
				visit(path.Child(tree.Key(key)), v[key], see)
			}
		}
	case []any:
		if len(v) > 0 {
			visit(path.Child(tree.Index(0)), v[0], see)
		}
	}
}

type change struct {
	name  string
	apply func(object)
}

func changes(path tree.Path, value any) []change {
	var out []change
	put := func(name string, v any) {
		out = append(out, change{name, func(o object) { set(map[string]any(o), path, v) }})
	}
	switch value.(type) {
	case string:
		put("a number", int64(5))
		put("a boolean", true)
		put("a list", []any{"x"})
		put("an object", map[string]any{})
	case map[string]any:
		put("a string", "x")
		put("an empty list", []any{})
		put("an empty object", map[string]any{})
	case []any:
		put("a string", "x")
		put("an empty list", []any{})
		put("a list of null", []any{nil})
		put("an empty object", map[string]any{})
	default:
		put("a string", "5")
		put("a fraction", 1.5)
		put("a whole fraction", json.Number("5.0"))
	}
	last := path[len(path)-1]
	if !last.IsKey() {
		return out
	}
	parent := path[:len(path)-1]
	out = append(out, change{"null", func(o object) {
		if m, ok := at(o, parent).(map[string]any); ok {
			m[last.Key] = nil
		}
	}}, change{"nothing", func(o object) { set(map[string]any(o), path, nil) }})
	if !strings.Contains(path.String(), "annotations") && !strings.Contains(path.String(), "labels") {
		out = append(out, change{"upper case", func(o object) {
			if m, ok := at(o, parent).(map[string]any); ok {
				m[strings.ToUpper(last.Key)] = m[last.Key]
				delete(m, last.Key)
			}
		}})
	}
	return out
}

func at(o object, path tree.Path) any {
	var v any = map[string]any(o)
	for _, step := range path {
		switch in := v.(type) {
		case map[string]any:
			v = in[step.Key]
		case []any:
			v = in[step.Index]
		}
	}
	return v
}

// shapes returns the names of the objects whose shape the command line enforces.
func (c commandLine) shapes(t *testing.T, objects []broken) map[string]bool {
	t.Helper()
	var stream strings.Builder
	for _, b := range objects {
		data, err := json.Marshal(b.object)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&stream, "---\n%s\n", data)
	}
	cmd := exec.CommandContext(t.Context(), c.binary, "check", "--config", c.config, "--no-inject", "-o", "json", "-") // there is no webhook here
	cmd.Stdin = strings.NewReader(stream.String())
	stdout, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Fatalf("exit code %d: %v", code, err)
	}
	var report struct {
		Results []result `json:"results"`
	}
	if err := json.Unmarshal(stdout, &report); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, r := range report.Results {
		if r.Policy == "schema" && r.Mode == "Enforce" {
			told[r.Name] = true
		}
	}
	return told
}
