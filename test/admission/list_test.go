package admission

import (
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// lists: API servers before 1.32 do not stream what is there: caches then list it, page by page.
func lists(t *testing.T, server *apiserver.Server) { //nolint:thelper // a test of its own
	s := newSuite(t, server)
	const more = 501 // than a page holds
	for n := range more {
		name := fmt.Sprintf("c-%d", n)
		must(t, s.create(t.Context(), endpointConfigs, object(sageMaker, "EndpointConfig", name, map[string]any{
			"endpointConfigName": name,
			"productionVariants": []any{map[string]any{"variantName": "v", "modelName": "m", "instanceType": "ml.m5.large"}},
		})))
	}
	t.Setenv("KUBE_FEATURE_WatchListClient", "false")
	s.serve(t, configFile, "--kubeconfig", leastPrivilege(t, server))
	for _, n := range []int{0, more - 1} {
		name := fmt.Sprintf("c-%d", n)
		endpoint := object(sageMaker, "Endpoint", name, map[string]any{"endpointName": name, "endpointConfigName": name})
		if err := s.create(t.Context(), endpoints, endpoint); !apierrors.IsForbidden(err) {
			t.Errorf("an Endpoint of an EndpointConfig without a key, from before the replica started: %v", err)
		}
	}
}
