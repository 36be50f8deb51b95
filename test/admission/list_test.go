package admission

import (
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// API servers before 1.32 do not stream what is there: caches then list it, page by page.
func TestCachesAreFilledByListsToo(t *testing.T) {
	server := apiserver.ForTest(t)
	person, err := dynamic.NewForConfig(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{server: server, person: person}
	const more = 501 // than a page holds
	for n := range more {
		name := fmt.Sprintf("c-%d", n)
		must(t, s.create(t.Context(), endpointConfigs, object(sageMaker, "EndpointConfig", name, map[string]any{
			"endpointConfigName": name,
			"productionVariants": []any{map[string]any{"variantName": "v", "modelName": "m", "instanceType": "ml.m5.large"}},
		})))
	}
	binary := apiserver.WebhookForTest(t)
	t.Setenv("KUBE_FEATURE_WatchListClient", "false")
	if s.webhook, err = server.StartWebhook(t.Context(), binary, configFile, "--kubeconfig", leastPrivilege(t, server)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, s.webhook.Terminate()) })
	for _, n := range []int{0, more - 1} {
		name := fmt.Sprintf("c-%d", n)
		endpoint := object(sageMaker, "Endpoint", name, map[string]any{"endpointName": name, "endpointConfigName": name})
		if err := s.create(t.Context(), endpoints, endpoint); !apierrors.IsForbidden(err) {
			t.Errorf("an Endpoint of an EndpointConfig without a key, from before the replica started: %v", err)
		}
	}
}
