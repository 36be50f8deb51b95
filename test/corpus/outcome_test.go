package corpus

import (
	"context"
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

// sampleConfig is the configuration of all tests but that of the overrides.
const sampleConfig = "../../config/samples/minimal.yaml"

// cluster is an API server, and what it says beside its answers.
type cluster struct {
	server   *apiserver.Server
	client   dynamic.Interface
	warnings []string
}

func newCluster(t *testing.T, server *apiserver.Server) *cluster {
	t.Helper()
	c := &cluster{server: server}
	config := server.Config()
	config.WarningHandler = c
	var err error
	if c.client, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	return c
}

// HandleWarningHeader implements [rest.WarningHandler].
func (c *cluster) HandleWarningHeader(code int, _, text string) {
	const miscellaneous = 299
	if code == miscellaneous && !slices.Contains(c.warnings, text) {
		c.warnings = append(c.warnings, text)
	}
}

// serve has the webhook serve a configuration as long as the test runs.
func (c *cluster) serve(t *testing.T, config string) {
	t.Helper()
	webhook, err := c.server.StartWebhook(t.Context(), apiserver.WebhookForTest(t), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := webhook.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// send creates an object, strictly as kubectl does.
func (c *cluster) send(ctx context.Context, o object, dryRun ...string) (*unstructured.Unstructured, error) {
	c.warnings = nil
	namespace, ok := o.metadata()["namespace"].(string)
	if !ok && o["kind"] != "Namespace" {
		namespace = metav1.NamespaceDefault
	}
	options := metav1.CreateOptions{DryRun: dryRun, FieldValidation: metav1.FieldValidationStrict}
	return c.client.Resource(o.resource()).Namespace(namespace).Create(ctx, &unstructured.Unstructured{Object: o}, options)
}

func (c *cluster) create(t *testing.T, o object) {
	t.Helper()
	if _, err := c.send(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

func namespaceNamed(name string, labels map[string]any) object {
	return object{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, "labels": labels}}
}

// resource is where objects of this kind are.
func (o object) resource() schema.GroupVersionResource {
	version, _ := schema.ParseGroupVersion(fmt.Sprint(o["apiVersion"]))
	return version.WithResource(strings.ToLower(fmt.Sprint(o["kind"])) + "s")
}

// apply creates an object. The lines are those that kubectl prints.
func (c *cluster) apply(t *testing.T, o object) outcome {
	t.Helper()
	created, err := c.send(t.Context(), o)
	out := outcome{decision: admitted}
	for _, text := range c.warnings {
		out.lines = append(out.lines, "Warning: "+text)
	}
	if err != nil {
		out.decision = refused
		if strings.Contains(err.Error(), "denied the request") {
			out.decision = denied
		}
		text := fmt.Sprintf("Error from server (%s): error when creating \"STDIN\": %v", apierrors.ReasonForError(err), err)
		out.lines = append(out.lines, strings.Split(text, "\n")...)
		return out
	}
	stored := created.Object
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

func newCommandLine(t *testing.T, config string) commandLine {
	t.Helper()
	return commandLine{apiserver.CommandLineForTest(t), config}
}

// refusal is what the command line says of text that is not YAML.
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

// check evaluates objects that know of each other and returns the results by object.
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
