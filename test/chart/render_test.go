package chart

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

// helmVariable names the environment variable with helm's binary. The Makefile
// sets it: where it is set, a test that needs helm fails without it; where it is
// not, it is skipped.
const helmVariable = "CMKGATE_HELM"

const (
	chartDir  = "../../charts/cmkgate"
	namespace = "cmkgate-system"
)

// findHelm skips the test if there is no helm. Who starts an API server looks first.
func findHelm(t *testing.T) string {
	t.Helper()
	binary := os.Getenv(helmVariable)
	if binary == "" {
		t.Skip(helmVariable + " does not name helm: run 'make chart-test'")
	}
	return binary
}

// helm runs helm, away from the settings of whoever runs the tests.
func helm(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	binary := findHelm(t)
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// values are the installations that every promise must hold for.
func values(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/values/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	return files
}

func eachValues(t *testing.T, test func(t *testing.T, r rendered)) {
	t.Helper()
	for _, file := range values(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			test(t, render(t, "-f", file))
		})
	}
}

// rendered are the objects of an installation.
type rendered struct {
	text    string
	objects []object
}

type object struct {
	*unstructured.Unstructured
	// typed is nil for kinds that are not Kubernetes' own.
	typed runtime.Object
}

func render(t *testing.T, args ...string) rendered {
	t.Helper()
	out, stderr, err := helm(t, append([]string{"template", "cmkgate", chartDir, "--namespace", namespace}, args...)...)
	if err != nil {
		t.Fatal(err, stderr)
	}
	r := rendered{text: out}
	for text := range strings.SplitSeq(out, "\n---\n") {
		if o, ok := decode(t, text); ok {
			r.objects = append(r.objects, o)
		}
	}
	return r
}

// decode refuses fields that the kind does not have.
func decode(t *testing.T, text string) (object, bool) {
	t.Helper()
	o := object{Unstructured: &unstructured.Unstructured{}}
	if err := yaml.Unmarshal([]byte(text), &o.Object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if len(o.Object) == 0 {
		return o, false
	}
	typed, err := scheme.Scheme.New(o.GroupVersionKind())
	// hack/monitoring decodes the kinds of the Prometheus operator.
	if group := o.GroupVersionKind().Group; runtime.IsNotRegisteredError(err) && (group == "cert-manager.io" || group == "monitoring.coreos.com") {
		return o, true
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict([]byte(text), typed); err != nil {
		t.Fatalf("%s %s: %v", o.GetKind(), o.GetName(), err)
	}
	o.typed = typed
	return o, true
}

// only is the one object of a type, hooks aside.
func only[T any](t *testing.T, r rendered) T {
	t.Helper()
	var found []T
	for _, o := range r.objects {
		if typed, ok := o.typed.(T); ok && o.GetAnnotations()["helm.sh/hook"] == "" {
			found = append(found, typed)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d objects of type %T", len(found), found)
	}
	return found[0]
}

// configuration is the configuration as the webhook will read it.
func configuration(t *testing.T, r rendered) *config.Config {
	t.Helper()
	for _, o := range r.objects {
		configMap, ok := o.typed.(*corev1.ConfigMap)
		if !ok || configMap.Data["cmkgate.yaml"] == "" {
			continue
		}
		cfg, err := config.Load("cmkgate.yaml", []byte(configMap.Data["cmkgate.yaml"]), policies.All())
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	t.Fatal("no ConfigMap has a configuration")
	return nil
}

// exitCode is that of a program that ran.
func exitCode(ctx context.Context, program string, args ...string) (int, string) {
	output, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(output)
	}
	if err != nil {
		return -1, err.Error()
	}
	return 0, string(output)
}
