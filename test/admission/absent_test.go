package admission

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// absent: a cluster that runs one ACK controller only has the CRDs of one group. The
// webhook must become ready there, and tell what it cannot see.
func absent(t *testing.T, server *apiserver.Server) { //nolint:thelper // a test of its own
	s := newSuite(t, server)
	s.letGo(t, endpointConfigs)
	deleted, err := server.Kubectl(t.Context(), nil, "delete", "crd", "endpointconfigs.sagemaker.services.k8s.aws", "iamroleselectors.services.k8s.aws")
	if err != nil || deleted.Code != 0 {
		t.Fatalf("%v %+v", err, deleted)
	}
	s.serve(t, configFile, "--kubeconfig", leastPrivilege(t, server))
	endpoint := `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"Endpoint","metadata":{"name":"alone"},"spec":{"endpointName":"alone","endpointConfigName":"unseen"}}`
	result, err := server.Kubectl(t.Context(), strings.NewReader(endpoint), "create", "-f", "-")
	if err != nil || result.Code != 0 || !strings.Contains(result.Stderr, "sagemaker-endpoint-key/unverifiable") {
		t.Errorf("%v %+v; want the Endpoint admitted with the warning that its EndpointConfig cannot be seen", err, result)
	}
}

// letGo takes the finalizers of ACK from all objects of a kind: nobody here would end them.
func (s *suite) letGo(t *testing.T, r schema.GroupVersionResource) {
	t.Helper()
	all, err := s.person.Resource(r).Namespace("default").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all.Items {
		if len(u.GetFinalizers()) > 0 {
			must(t, patch(t.Context(), s.person, r, u.GetName(), `{"metadata":{"finalizers":null}}`))
		}
	}
}
