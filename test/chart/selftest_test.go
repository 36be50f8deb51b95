package chart

import (
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// TestSelftest runs what `helm test` runs, with the rights of its service
// account and no others, against a webhook that is asked, and one that is not.
func TestSelftest(t *testing.T) {
	findHelm(t)
	c := cluster{t, apiserver.ForTest(t)}
	c.kubectl("create", "namespace", namespace)
	r := render(t, "-f", "testdata/values/minimal.yaml", "--show-only", "templates/tests/selftest.yaml")
	rights, _, _ := strings.Cut(r.text, "kind: Pod\n") // without the pod, which nobody would run
	rights = rights[:strings.LastIndex(rights, "\n---")]
	c.server.MustApply(t, rights)
	binary := apiserver.WebhookForTest(t)
	pod := hookPods(r)["cmkgate-selftest"].Spec
	kubeconfig := c.kubeconfigOf(t, pod.ServiceAccountName)
	selftest := func(t *testing.T, more ...string) (int, string) {
		t.Helper()
		args := slices.Concat(pod.Containers[0].Args, []string{"--kubeconfig", kubeconfig, "--config", "../../config/samples/minimal.yaml", "--timeout", "1ms"}, more)
		return exitCode(t.Context(), binary, args...)
	}
	holds := func(t *testing.T, code, wantCode int, output string, want ...string) {
		t.Helper()
		for _, text := range want {
			if code != wantCode || !strings.Contains(output, text) {
				t.Fatalf("exit code %d, want %d and %q:\n%s", code, wantCode, text, output)
			}
		}
	}

	t.Run("nobody asks the webhook", func(t *testing.T) {
		code, output := selftest(t)
		holds(t, code, 1, output, "FAIL  a TrainingJob without keys: spec.resourceConfig.volumeKMSKeyID was not set to arn:aws:kms:",
			"FAIL  a TrainingJob with an AWS-managed key: it was admitted, and the configuration denies it. Either", "4 of the answers do not match")
	})
	t.Run("a namespace that is not there", func(t *testing.T) {
		code, output := selftest(t, "--namespace", "nowhere")
		holds(t, code, 1, output, "read the namespace nowhere: ")
	})
	t.Run("the webhook is asked", func(t *testing.T) {
		webhook, err := c.server.StartWebhook(t.Context(), binary, "../../config/samples/minimal.yaml")
		if err != nil {
			t.Fatal(err)
		}
		defer webhook.Stop(t.Context())
		code, output := selftest(t)
		holds(t, code, 0, output, "PASS  a TrainingJob without keys: admitted, and cmkgate set spec.resourceConfig.volumeKMSKeyID, spec.outputDataConfig.kmsKeyID\n",
			`PASS  a TrainingJob with an AWS-managed key: denied, as configured: TrainingJob "cmkgate-selftest" needs 1 change`,
			"PASS  a Bucket without a key: admitted, and cmkgate set spec.encryption", "PASS  a Bucket with an AWS-managed key: denied")
		code, output = selftest(t, "--config", "testdata/off.yaml")
		holds(t, code, 1, output, "a TrainingJob with an AWS-managed key: it was denied, and the configuration given to this test admits it: TrainingJob")
		if err := webhook.Terminate(); err != nil {
			t.Fatal(err)
		}
		code, output = selftest(t)
		holds(t, code, 1, output, "the API server rejected it for another reason: ", "failed calling webhook")
	})
	t.Run("ACK is not installed", func(t *testing.T) {
		c.t = t
		if stored := c.kubectl("get", "trainingjobs,buckets", "--all-namespaces", "-o", "name"); stored != "" {
			t.Errorf("no dry run: %s", stored)
		}
		c.kubectl("delete", "crd", "trainingjobs.sagemaker.services.k8s.aws", "buckets.s3.services.k8s.aws")
		code, output := selftest(t)
		holds(t, code, 0, output, "SKIP  trainingjobs sagemaker.services.k8s.aws is not installed", "SKIP  buckets", "Install ACK's SageMaker or S3")
	})
}
