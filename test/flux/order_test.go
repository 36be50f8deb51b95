package flux

import (
	"strings"
	"testing"
)

// order: with dependsOn and wait nothing is applied before cmkgate is there to evaluate it.
func (s *stage) order(t *testing.T) {
	t.Parallel()
	s.kubectl(t, read(t, "testdata/helmrelease-crd.yaml"), "create", "-f", "-")
	s.kubectl(t, "", "wait", "--for=condition=Established", "customresourcedefinition/helmreleases.helm.toolkit.fluxcd.io")
	s.kubectl(t, "", "create", "namespace", "cmkgate-system")
	s.kubectl(t, "", "create", "namespace", "prod")
	repository := s.git.repository(t, "fleet")
	cmkgate := &kustomization{s: s, name: "cmkgate", repository: repository}
	churn := &kustomization{s: s, name: "churn", repository: repository}
	cmkgate.revision = repository.commit(t, map[string]string{
		"cmkgate/release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cmkgate, namespace: cmkgate-system}\nspec: {}\n",
		"churn/job.yaml":       read(t, "testdata/job.yaml"),
	})
	churn.revision = cmkgate.revision
	s.source(t, "1h", "fleet", repository)
	s.kubectl(t, strings.ReplaceAll(read(t, "testdata/order.yaml"), "targetNamespace: science", "targetNamespace: prod"), "create", "-f", "-")

	s.tell(t, "helmrelease/cmkgate", "cmkgate-system", "Ready", "False")
	churn.until(t, "waiting", func(s status) bool { return s.condition("Ready").Reason == "DependencyNotReady" })
	if got := s.kubectl(t, "", "get", "trainingjobs", "--namespace", "prod", "--output", "name"); got != "" {
		t.Errorf("there are %s", got)
	}
	s.tell(t, "helmrelease/cmkgate", "cmkgate-system", "Ready", "True")
	cmkgate.ready(t)

	// ACK has not seen the job yet.
	until(t, "health checks of the job", func() (bool, string) {
		healthy := churn.status(t).condition("Healthy")
		return healthy.Reason == "Progressing", healthy.Message
	})
	s.tell(t, "trainingjob/churn", "prod", "ACK.Terminal", "True")
	if failed := churn.settle(t).condition("Ready"); failed.Reason != "HealthCheckFailed" {
		t.Errorf("Ready is %+v", failed)
	}
	s.tell(t, "trainingjob/churn", "prod", "Ready", "True")
	if ready := churn.reconcile(t).condition("Ready"); ready.Status != "True" {
		t.Errorf("Ready is %+v", ready)
	}
	if got := s.kubectl(t, "", "get", "trainingjob", "churn", "--namespace", "prod", "--output", "jsonpath={.spec.outputDataConfig.kmsKeyID}"); got != ownKey {
		t.Errorf("the key is %s", got)
	}
}

// tell waits for an object and gives it a condition, as its controller would.
func (s *stage) tell(t *testing.T, object, namespace, condition, status string) {
	t.Helper()
	kind, name, _ := strings.Cut(object, "/")
	until(t, object+" to be there", func() (bool, string) {
		got := s.kubectl(t, "", "get", kind, "--namespace", namespace, "--output", "name")
		return strings.Contains(got, name), got
	})
	s.kubectl(t, "", "patch", kind, name, "--namespace", namespace, "--subresource", "status", "--type", "merge", "--patch",
		`{"status":{"observedGeneration":1,"conditions":[{"type":"`+condition+`","status":"`+status+`","reason":"Test","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`)
}
