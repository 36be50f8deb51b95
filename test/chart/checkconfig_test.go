package chart

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// TestTheConfigurationIsCheckedBeforehand runs what the hook runs on what the
// hook is given, and checks that against what the replicas will be given.
func TestTheConfigurationIsCheckedBeforehand(t *testing.T) {
	binary := apiserver.WebhookForTest(t)
	check := func(t *testing.T, r rendered) (int, string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "cmkgate.yaml")
		for name, pod := range hookPods(r) {
			if !strings.HasSuffix(name, "-check-config") {
				continue
			}
			text := configMap(t, r, pod.Spec.Volumes[0].ConfigMap.Name).Data["cmkgate.yaml"]
			if text != configMap(t, r, servedConfig(t, r)).Data["cmkgate.yaml"] {
				t.Error("the replicas get another configuration")
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return exitCode(t.Context(), binary, append(pod.Spec.Containers[0].Args, "--config", file)...)
		}
		t.Fatal("no hook checks the configuration")
		return 0, ""
	}
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		if code, output := check(t, r); code != 0 || !strings.Contains(output, "is valid") {
			t.Errorf("exit code %d: %s", code, output)
		}
	})
	t.Run("a tie of default keys", func(t *testing.T) {
		const second = "config.defaultKeys[1].arn=arn:aws:kms:eu-west-1:111122223333:key/22222222-2222-2222-2222-222222222222"
		code, output := check(t, render(t, "-f", "testdata/values/minimal.yaml", "--set", second))
		if code != 1 || !strings.Contains(output, "defaultKeys[1]: ties with defaultKeys[0]") || !strings.Contains(output, "Give one of them namespaces or purposes") {
			t.Errorf("exit code %d: %s", code, output)
		}
	})
}

// servedConfig names the ConfigMap that the replicas read.
func servedConfig(t *testing.T, r rendered) string {
	t.Helper()
	for _, v := range only[*appsv1.Deployment](t, r).Spec.Template.Spec.Volumes {
		if v.ConfigMap != nil {
			return v.ConfigMap.Name
		}
	}
	t.Fatal("the replicas have no configuration")
	return ""
}

func configMap(t *testing.T, r rendered, name string) *corev1.ConfigMap {
	t.Helper()
	for _, o := range r.objects {
		if typed, ok := o.typed.(*corev1.ConfigMap); ok && typed.Name == name {
			return typed
		}
	}
	t.Fatalf("no ConfigMap %s", name)
	return nil
}
