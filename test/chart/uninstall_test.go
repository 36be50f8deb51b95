package chart

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// TestTheServiceReachesNoHook holds the labels apart: a request that went to a
// pod which serves nothing would be refused.
func TestTheServiceReachesNoHook(t *testing.T) {
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		selector := labels.SelectorFromSet(only[*corev1.Service](t, r).Spec.Selector)
		if !selector.Matches(labels.Set(only[*appsv1.Deployment](t, r).Spec.Template.Labels)) {
			t.Error("the Service reaches no replica")
		}
		for name, pod := range hookPods(r) {
			if selector.Matches(labels.Set(pod.Labels)) {
				t.Errorf("the Service reaches %s: %v", name, pod.Labels)
			}
		}
	})
}

// TestHooksRunAsTheReplicasDo holds what a namespace or a registry may ask for.
func TestHooksRunAsTheReplicasDo(t *testing.T) {
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		replica := only[*appsv1.Deployment](t, r).Spec.Template.Spec
		for name, pod := range hookPods(r) {
			if pod.Spec.Containers[0].Image != replica.Containers[0].Image || !slices.Equal(pod.Spec.ImagePullSecrets, replica.ImagePullSecrets) {
				t.Errorf("%s: %s %v", name, pod.Spec.Containers[0].Image, pod.Spec.ImagePullSecrets)
			}
			if pod.Spec.SecurityContext.String() != replica.SecurityContext.String() ||
				pod.Spec.Containers[0].SecurityContext.String() != replica.Containers[0].SecurityContext.String() {
				t.Errorf("%s: another security context", name)
			}
			if pod.Spec.ServiceAccountName == replica.ServiceAccountName {
				t.Errorf("%s has the rights of the replicas", name)
			}
		}
	})
}

// hookPods are the pods that Helm runs, by name.
func hookPods(r rendered) map[string]corev1.PodTemplateSpec {
	pods := map[string]corev1.PodTemplateSpec{}
	for _, o := range r.objects {
		switch typed := o.typed.(type) {
		case *batchv1.Job:
			pods[o.GetName()] = typed.Spec.Template
		case *corev1.Pod:
			pods[o.GetName()] = corev1.PodTemplateSpec{ObjectMeta: typed.ObjectMeta, Spec: typed.Spec}
		}
	}
	return pods
}

// hookRemovesTheWebhooks runs what the pre-delete hook runs, with the rights of
// its service account and no others; it needs no replica.
func (c cluster) hookRemovesTheWebhooks(t *testing.T) {
	c.t = t
	r := render(t, "-f", "testdata/values/minimal.yaml", "--show-only", "templates/uninstall.yaml")
	c.server.MustApply(t, r.text)
	binary := apiserver.WebhookForTest(t)
	pod := hookPods(r)["cmkgate-uninstall"].Spec
	kubeconfig := c.kubeconfigOf(t, pod.ServiceAccountName)
	uninstall := func(more ...string) (int, string) {
		args := slices.Concat(pod.Containers[0].Args, []string{"--kubeconfig", kubeconfig, "--propagation", "1ms"}, more)
		return exitCode(t.Context(), binary, args...)
	}

	code, output := uninstall("--webhook-configuration", "others")
	if code != 1 || !strings.Contains(output, "is forbidden") || !strings.Contains(output, "kubectl delete validatingwebhookconfigurations others") {
		t.Errorf("other configurations: exit code %d\n%s", code, output)
	}
	c.kubectl("patch", "validatingwebhookconfiguration", "cmkgate", "--type=merge", "-p", `{"metadata":{"finalizers":["example.com/keep"]}}`)
	code, output = uninstall("--timeout", "1500ms")
	if code != 1 || !strings.Contains(output, "remove validatingwebhookconfigurations cmkgate: it still exists: a finalizer keeps it") {
		t.Errorf("a finalizer: exit code %d\n%s", code, output)
	}
	c.kubectl("patch", "validatingwebhookconfiguration", "cmkgate", "--type=merge", "-p", `{"metadata":{"finalizers":null}}`)
	code, output = uninstall()
	if code != 0 || !strings.Contains(output, "validatingwebhookconfigurations cmkgate: did not exist") || !strings.Contains(output, "mutatingwebhookconfigurations cmkgate: removed") {
		t.Errorf("exit code %d\n%s", code, output)
	}
	if left := c.kubectl("get", "mutatingwebhookconfigurations,validatingwebhookconfigurations", "-o", "name"); left != "" {
		t.Errorf("left: %s", left)
	}
	code, output = uninstall()
	if code != 0 || strings.Count(output, " cmkgate: did not exist") != 2 {
		t.Errorf("a second time: exit code %d\n%s", code, output)
	}
	c.kubectl("delete", "-n", namespace, "serviceaccount,job", "cmkgate-uninstall")
	c.kubectl("delete", "clusterrole,clusterrolebinding", "cmkgate-uninstall")
}
