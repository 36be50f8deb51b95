package flux

import (
	"strings"
	"testing"
)

// legacy are Kustomizations from before cmkgate.
type legacy struct{ jobs, endpoint *kustomization }

// beforeCmkgate has Flux apply what cmkgate would refuse, and ACK work on it.
func (s *stage) beforeCmkgate(t *testing.T) legacy {
	t.Helper()
	old := legacy{
		jobs: s.sync(t, "old", nil, map[string]string{
			"stays.yaml": job(t, "stays", awsKey), "goes.yaml": job(t, "goes", awsKey),
		}),
		endpoint: s.sync(t, "retried", map[string]any{"retryInterval": "1s"}, map[string]string{
			"config.yaml": endpointConfig("keyless", ""),
		}),
	}
	old.jobs.ready(t)
	old.endpoint.ready(t)
	for _, name := range []string{"stays", "goes"} {
		s.patchJob(t, "old", name, `{"metadata":{"finalizers":["`+finalizer+`"]}}`)
	}
	return old
}

// patchJob patches a job as ACK's controllers do. What kubectl wrote, Flux would take back.
func (s *stage) patchJob(t *testing.T, namespace, name, patch string) {
	t.Helper()
	s.kubectl(t, "", "patch", "trainingjob", name, "--namespace", namespace, "--field-manager", "controller", "--type", "merge", "--patch", patch)
}

// livesAndDies: neither drift detection, nor pruning, nor the end of the Kustomization is refused.
func (old legacy) livesAndDies(t *testing.T) {
	t.Parallel()
	k := old.jobs
	before := k.objects(t, "trainingjobs")
	if ready := k.reconcile(t).condition("Ready"); ready.Status != "True" {
		t.Errorf("Ready is %+v", ready)
	}
	if after := k.objects(t, "trainingjobs"); after != before {
		t.Errorf("objects have changed:\n%s\nwere\n%s", after, before)
	}

	k.commit(t, map[string]string{"goes.yaml": ""})
	k.ready(t)
	k.dies(t, "goes")
	if got := k.names(t, "trainingjobs"); got != "trainingjob.sagemaker.services.k8s.aws/stays\n" {
		t.Errorf("the jobs are %s", got)
	}

	k.s.kubectl(t, "", "delete", "kustomization", k.name, "--namespace", "flux-system")
	k.dies(t, "stays")
}

// dies waits until the object is being deleted, does what ACK does then, and waits for the end.
func (k *kustomization) dies(t *testing.T, name string) {
	t.Helper()
	until(t, name+" to be deleted", func() (bool, string) {
		at := k.s.kubectl(t, "", "get", "trainingjob", name, "--namespace", k.name, "--output", "jsonpath={.metadata.deletionTimestamp}")
		return at != "", at
	})
	k.s.patchJob(t, k.name, name, `{"metadata":{"finalizers":null}}`)
	until(t, name+" to be gone", func() (bool, string) {
		names := k.names(t, "trainingjobs")
		return !strings.Contains(names, "/"+name+"\n"), names
	})
}

// retried: where not Git but the cluster was wrong, no commit is needed.
func (old legacy) retried(t *testing.T) {
	t.Parallel()
	k := old.endpoint
	k.commit(t, map[string]string{"endpoint.yaml": endpoint("churn", "keyless")})
	if message := k.settle(t).condition("Ready").Message; !strings.Contains(message, `EndpointConfig "keyless"`) || !strings.Contains(message, "(Forbidden)") {
		t.Errorf("the message is\n%s", message)
	}
	// Created again by Flux, it gets its key.
	k.s.kubectl(t, "", "delete", "endpointconfig", "keyless", "--namespace", k.name)
	k.ready(t)
	if got := k.names(t, "endpoints.sagemaker.services.k8s.aws,endpointconfigs"); strings.Count(got, "\n") != 2 {
		t.Errorf("there are %s", got)
	}
}

// force: Flux deletes and creates again what it takes for a change of an immutable field. A denial is none.
func (s *stage) force(t *testing.T) {
	t.Parallel()
	k := s.sync(t, "force", map[string]any{"force": true}, map[string]string{"job.yaml": job(t, "churn", ownKey)})
	k.ready(t)
	s.patchJob(t, k.name, "churn", `{"metadata":{"finalizers":["`+finalizer+`"]}}`)
	s.kubectl(t, "", "patch", "trainingjob", "churn", "--namespace", k.name, "--subresource", "status", "--type", "merge",
		"--patch", `{"status":{"conditions":[{"type":"ACK.LateInitialized","status":"True"}]}}`)
	before := k.objects(t, "trainingjobs")
	k.commit(t, map[string]string{"job.yaml": job(t, "churn", otherKey)})
	if message := k.settle(t).condition("Ready").Message; !strings.Contains(message, "[sagemaker-output-key/immutable]") {
		t.Errorf("the message is\n%s", message)
	}
	if after := k.objects(t, "trainingjobs"); after != before {
		t.Errorf("objects have changed:\n%s\nwere\n%s", after, before)
	}
}
