package corpus

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// The decisions of the API server. Refused is the schema's word, not cmkgate's.
const (
	admitted = "admitted"
	denied   = "denied"
	refused  = "refused by the API server"
)

// outcome is what became of an object.
type outcome struct {
	decision string
	lines    []string
	// added are the leaves of the stored spec that the manifest did not have.
	added map[string]string
}

func kubectl(t *testing.T, server *apiserver.Server, stdin string, args ...string) apiserver.Result {
	t.Helper()
	result, err := server.Kubectl(t.Context(), strings.NewReader(stdin), args...)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func apply(t *testing.T, server *apiserver.Server, o object) outcome {
	t.Helper()
	manifest, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	result := kubectl(t, server, string(manifest), "create", "-f", "-", "-o", "json")
	out := outcome{decision: admitted}
	for line := range strings.Lines(result.Stderr) {
		out.lines = append(out.lines, strings.TrimRight(line, "\n"))
	}
	if result.Code != 0 {
		out.decision = refused
		if strings.Contains(result.Stderr, "denied the request") {
			out.decision = denied
		}
		return out
	}
	var stored object
	if err := json.Unmarshal([]byte(result.Stdout), &stored); err != nil {
		t.Fatal(err)
	}
	before, after := map[string]string{}, map[string]string{}
	leaves("spec", o["spec"], before)
	leaves("spec", stored["spec"], after)
	for path, value := range before {
		if after[path] != value {
			t.Errorf("%s: %s was %q and is stored as %q", o.title(), path, value, after[path])
		}
		delete(after, path)
	}
	out.added = after
	for _, path := range slices.Sorted(maps.Keys(after)) {
		out.lines = append(out.lines, fmt.Sprintf("stored with %s: %s", path, after[path]))
	}
	return out
}

func leaves(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			leaves(path+"."+key, e, into)
		}
	case []any:
		for i, e := range v {
			leaves(fmt.Sprintf("%s[%d]", path, i), e, into)
		}
	case nil:
	default:
		into[path] = fmt.Sprint(v)
	}
}

// result is what the tests read of a line of cmkgate check -o json.
type result struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Policy    string `json:"policy"`
	Mode      string `json:"mode"`
	Message   string `json:"message"`
	Inject    bool   `json:"inject"`
	Fix       []struct {
		Path    string `json:"path"`
		Pointer string `json:"pointer"`
		Value   any    `json:"value"`
	} `json:"fix"`
}

// commandLine is the real binary.
type commandLine struct{ binary, config string }

func newCommandLine(t *testing.T, dir string) commandLine {
	t.Helper()
	binary := filepath.Join(dir, "cmkgate")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "github.com/cmkgate/cmkgate/cmd/cmkgate").CombinedOutput(); err != nil {
		t.Fatalf("build cmkgate: %v\n%s", err, out)
	}
	return commandLine{binary, "../../config/samples/minimal.yaml"}
}

// refusal is what the command line says of text that is no YAML.
func (c commandLine) refusal(t *testing.T, text []byte) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.binary, "check", "--config", c.config, "-")
	cmd.Stdin = strings.NewReader(string(text))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 2 {
		t.Fatalf("exit code %d (%v), want 2\n%s", cmd.ProcessState.ExitCode(), err, stderr.String())
	}
	return stderr.String()
}

// check judges objects that know of each other and returns the results by object.
func (c commandLine) check(t *testing.T, objects []object) map[string][]result {
	t.Helper()
	list, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), c.binary, "check", "--config", c.config, "-o", "json", "-")
	cmd.Stdin = strings.NewReader(string(list))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code > 1 {
		t.Fatalf("cmkgate check: exit code %d (%v)\n%s", code, err, stderr.String())
	}
	var report struct {
		Results []result `json:"results"`
	}
	if err := json.Unmarshal(stdout, &report); err != nil {
		t.Fatalf("%v\n%s", err, stdout)
	}
	byObject := map[string][]result{}
	for _, r := range report.Results {
		key := r.Kind + "/" + r.Namespace + "/" + r.Name
		byObject[key] = append(byObject[key], r)
	}
	return byObject
}
