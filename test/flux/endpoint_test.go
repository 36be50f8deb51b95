package flux

import (
	"strings"
	"testing"
)

// stageKinds are what Flux is told to apply before the rest.
const stageKinds = "sagemaker.services.k8s.aws/EndpointConfig"

// endpointWithConfig: the dry run of the Endpoint sees no EndpointConfig yet, which is a warning by default.
func (s *stage) endpointWithConfig(t *testing.T) {
	t.Parallel()
	k := s.sync(t, "endpoints", map[string]any{"wait": true}, map[string]string{
		"endpoint.yaml": endpoint("churn", "churn-1"), "config.yaml": endpointConfig("churn-1", ""),
	})
	k.ready(t)
	if got := k.names(t, "endpoints.sagemaker.services.k8s.aws,endpointconfigs"); strings.Count(got, "\n") != 2 {
		t.Errorf("there are %s", got)
	}
	k.keysAreThere(t)
	if log := read(t, s.kustomize.LogFile()); !strings.Contains(log, "[sagemaker-endpoint-key/unverifiable]") {
		t.Errorf("the log has no warning:\n%s", log)
	}
}

// endpointWithDeniedConfig: that the dry run does not see the config opens no way around it.
func (s *stage) endpointWithDeniedConfig(t *testing.T) {
	t.Parallel()
	k := s.sync(t, "endpoint-denied", nil, map[string]string{
		"endpoint.yaml": endpoint("churn", "churn-1"), "config.yaml": endpointConfig("churn-1", "  kmsKeyID: alias/aws/ebs\n"),
	})
	if message := k.settle(t).condition("Ready").Message; !strings.HasPrefix(message, "EndpointConfig/endpoint-denied/churn-1 dry-run failed (Forbidden)") {
		t.Errorf("the message is\n%s", message)
	}
	if got := k.names(t, "endpoints.sagemaker.services.k8s.aws,endpointconfigs"); got != "" {
		t.Errorf("there are %s", got)
	}
}

// newNamespace: a namespace is applied before the dry run of what is in it, so that its annotations count.
func (s *stage) newNamespace(t *testing.T) {
	t.Parallel()
	k := s.sync(t, "far", map[string]any{"targetNamespace": nil, "retryInterval": "1s"}, map[string]string{
		"namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: farther, annotations: {services.k8s.aws/default-region: us-east-1}}\n",
		"config.yaml":    strings.Replace(endpointConfig("churn-1", ""), "{name: churn-1}", "{name: churn-1, namespace: farther}", 1),
	})
	k.ready(t)
	key := s.kubectl(t, "", "get", "endpointconfig", "churn-1", "--namespace", "farther", "--output", "jsonpath={.spec.kmsKeyID}")
	if !strings.HasPrefix(key, "arn:aws:kms:us-east-1:") {
		t.Errorf("the key is %s", key)
	}
}

// unverifiableDenied: with unverifiable: Deny the two need an order, which two Kustomizations or a flag give them.
func (s *stage) unverifiableDenied(t *testing.T) {
	write(t, s.config, read(t, s.config)+"unverifiable: Deny\n")
	probe := strings.Replace(endpoint("probe", "absent"), "{name: probe}", "{name: probe, namespace: default}", 1)
	until(t, "cmkgate to read its configuration again", func() (bool, string) {
		result, err := s.server.Kubectl(t.Context(), strings.NewReader(probe), "create", "--dry-run=server", "-f", "-")
		must(t, err)
		return result.Code != 0 && strings.Contains(result.Stderr, "/unverifiable]"), result.Stdout + result.Stderr
	})
	together := s.sync(t, "together", map[string]any{"retryInterval": "1s"}, map[string]string{
		"endpoint.yaml": endpoint("churn", "churn-2"), "config.yaml": endpointConfig("churn-2", ""),
	})
	message := together.settle(t).condition("Ready").Message
	if !strings.HasPrefix(message, "Endpoint/together/churn dry-run failed (Forbidden)") || !strings.Contains(message, "[sagemaker-endpoint-key/unverifiable]") {
		t.Errorf("the message is\n%s", message)
	}
	if ready := together.reconcile(t).condition("Ready"); ready.Status != "False" || together.names(t, "endpointconfigs") != "" {
		t.Errorf("Ready is %+v", ready)
	}

	t.Run("AKustomizationOfItsOwnForTheConfig", func(t *testing.T) {
		first := s.sync(t, "configs", nil, map[string]string{"config.yaml": endpointConfig("churn-3", "")})
		second := s.sync(t, "after-configs", map[string]any{"targetNamespace": "configs", "dependsOn": []any{map[string]any{"name": "configs"}}},
			map[string]string{"endpoint.yaml": endpoint("churn", "churn-3")})
		first.ready(t)
		second.ready(t)
	})
	t.Run("AStageOfItsOwnForTheConfig", func(t *testing.T) {
		s.kustomize.Stop()
		s.startKustomizeController(t, "--custom-apply-stage-kinds", stageKinds)
		together.ready(t)
	})
}
