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
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

// TestTheCommandLineRefusesTheShapesThatTheAPIServerRefuses breaks every value
// of ACK's own manifests in several ways and asks both.
func TestTheCommandLineRefusesTheShapesThatTheAPIServerRefuses(t *testing.T) {
	server := apiserver.ForTest(t)
	client, err := dynamic.NewForConfig(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	broken := brokenObjects(t)
	told := newCommandLine(t, t.TempDir()).shapes(t, broken)
	refused := 0
	for _, b := range broken {
		err := create(t, client, b.object)
		if err != nil {
			refused++
		}
		if (err != nil) != told[b.name] {
			t.Errorf("%s of %s: refused by the API server: %v; told by the command line: %v", b.how, b.object["kind"], err, told[b.name])
		}
	}
	t.Logf("%d objects, %d refused", len(broken), refused)
	if len(broken) < 2000 || refused < len(broken)/4 || refused > len(broken)*9/10 {
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

func create(t *testing.T, client dynamic.Interface, o object) error {
	t.Helper()
	group, version, _ := strings.Cut(o["apiVersion"].(string), "/")
	resource := schema.GroupVersionResource{Group: group, Version: version, Resource: strings.ToLower(o["kind"].(string)) + "s"}
	_, err := client.Resource(resource).Namespace("default").Create(t.Context(), &unstructured.Unstructured{Object: o},
		metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict})
	if err != nil && !apierrors.IsInvalid(err) && !apierrors.IsBadRequest(err) {
		t.Fatal(err)
	}
	return err
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
	cmd := exec.CommandContext(t.Context(), c.binary, "check", "--config", "../../config/samples/minimal.yaml", "--no-inject", "-o", "json", "-") // there is no webhook here
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
