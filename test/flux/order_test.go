package flux

import (
	"strings"
	"testing"
)

// order: with dependsOn and wait nothing is applied before cmkgate is there to judge it.
func (s *stage) order(t *testing.T) {
	t.Parallel()
	s.kubectl(t, read(t, "testdata/helmrelease-crd.yaml"), "create", "-f", "-")
	s.kubectl(t, "", "wait", "--for=condition=Established", "customresourcedefinition/helmreleases.helm.toolkit.fluxcd.io")
	s.kubectl(t, "", "create", "namespace", "cmkgate-system")
	s.kubectl(t, "", "create", "namespace", "prod")
	repository := s.git.repository(t, "fleet")
	cmkgate := &kustomization{s: s, name: "cmkgate", repository: repository}
	churn := &kustomization{s: s, name: "churn", repository: repository}
	cmkgate.commit(t, map[string]string{
		"cmkgate/release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cmkgate, namespace: cmkgate-system}\nspec: {}\n",
		"churn/job.yaml":       read(t, "testdata/job.yaml"),
	})
	churn.revision = cmkgate.revision
	s.source(t, &kustomization{name: "fleet", repository: repository})
	s.kubectl(t, strings.ReplaceAll(read(t, "testdata/order.yaml"), "targetNamespace: science", "targetNamespace: prod"), "create", "-f", "-")

	s.tell(t, "helmrelease/cmkgate", "cmkgate-system", "False")
	waiting := churn.until(t, "waiting", func(status) bool { return true }).condition("Ready")
	if waiting.Reason != "DependencyNotReady" {
		t.Errorf("Ready is %+v", waiting)
	}
	s.tell(t, "helmrelease/cmkgate", "cmkgate-system", "True")
	cmkgate.ready(t)

	// ACK has not seen the job yet.
	until(t, "health checks of the job", func() (bool, string) {
		healthy := churn.status(t).condition("Healthy")
		return healthy.Reason == "Progressing", healthy.Message
	})
	s.tell(t, "trainingjob/churn", "prod", "True")
	churn.ready(t)
	if got := s.kubectl(t, "", "get", "trainingjob", "churn", "--namespace", "prod", "--output", "jsonpath={.spec.outputDataConfig.kmsKeyID}"); got != ownKey {
		t.Errorf("the key is %s", got)
	}
}

// tell waits for an object and says, as its controller would, whether it is ready.
func (s *stage) tell(t *testing.T, object, namespace, ready string) {
	t.Helper()
	kind, name, _ := strings.Cut(object, "/")
	until(t, object+" to be there", func() (bool, string) {
		got := s.kubectl(t, "", "get", kind, "--namespace", namespace, "--output", "name")
		return strings.Contains(got, name), got
	})
	s.kubectl(t, "", "patch", kind, name, "--namespace", namespace, "--subresource", "status", "--type", "merge", "--patch",
		`{"status":{"observedGeneration":1,"conditions":[{"type":"Ready","status":"`+ready+`","reason":"Test","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`)
}
