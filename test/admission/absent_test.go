package admission

import (
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// A cluster that runs one ACK controller only has the CRDs of one group. The
// webhook must become ready there, and tell what it cannot see.
func TestTheWebhookServesAClusterWithoutEndpointConfigs(t *testing.T) {
	server := apiserver.ForTest(t)
	deleted, err := server.Kubectl(t.Context(), nil, "delete", "crd", "endpointconfigs.sagemaker.services.k8s.aws", "iamroleselectors.services.k8s.aws")
	if err != nil || deleted.Code != 0 {
		t.Fatalf("%v %+v", err, deleted)
	}
	binary := apiserver.WebhookForTest(t)
	webhook, err := server.StartWebhook(t.Context(), binary, configFile, "--kubeconfig", leastPrivilege(t, server))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, webhook.Terminate()) })
	endpoint := `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"Endpoint","metadata":{"name":"e"},"spec":{"endpointName":"e","endpointConfigName":"c"}}`
	result, err := server.Kubectl(t.Context(), strings.NewReader(endpoint), "create", "-f", "-")
	if err != nil || result.Code != 0 || !strings.Contains(result.Stderr, "sagemaker-endpoint-key/unverifiable") {
		t.Errorf("%v %+v; want the Endpoint admitted with the warning that its EndpointConfig cannot be seen", err, result)
	}
}
