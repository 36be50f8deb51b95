package flux

import (
	"maps"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// kind is a kind of which the stage makes objects.
type kind struct {
	name     string
	resource schema.GroupVersionResource
}

var (
	namespaces     = kind{"Namespace", schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}}
	sources        = kind{"GitRepository", schema.GroupVersionResource{Group: "source.toolkit.fluxcd.io", Version: "v1", Resource: "gitrepositories"}}
	kustomizations = kind{"Kustomization", schema.GroupVersionResource{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Resource: "kustomizations"}}
)

func (s *stage) create(t *testing.T, k kind, content map[string]any) {
	t.Helper()
	object := &unstructured.Unstructured{Object: maps.Clone(content)}
	object.SetGroupVersionKind(k.resource.GroupVersion().WithKind(k.name))
	_, err := s.objects.Resource(k.resource).Namespace(object.GetNamespace()).Create(t.Context(), object, metav1.CreateOptions{})
	must(t, err)
}

// request asks Flux to look at an object now, as `flux reconcile` does, and returns what its status will repeat then.
func (s *stage) request(t *testing.T, k kind, name string) string {
	t.Helper()
	token := time.Now().Format(time.RFC3339Nano)
	patch := `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"` + token + `"}}}`
	_, err := s.objects.Resource(k.resource).Namespace(apiserver.FluxNamespace).
		Patch(t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	must(t, err)
	return token
}
