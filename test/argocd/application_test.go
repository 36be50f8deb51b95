package argocd

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// Changes to the recipe.
const (
	legacy      = `{metadata: {annotations: {argocd.argoproj.io/compare-options: ""}}}`
	noWebhooks  = `{metadata: {annotations: {argocd.argoproj.io/compare-options: ServerSideDiff=true}}}`
	automated   = `{spec: {syncPolicy: {automated: {selfHeal: true}}}}`
	replace     = `{spec: {syncPolicy: {syncOptions: [Replace=true]}}}`
	serverApply = `{spec: {syncPolicy: {syncOptions: [ServerSideApply=true]}}}`
)

// application is an Application with a folder of the repository and a namespace of its own.
type application struct {
	*argoCD

	name string
}

// apply makes an Application of the recipe that docs/gitops.md shows, and of changes to it.
func (a *argoCD) apply(t *testing.T, name string, changes ...string) *application {
	t.Helper()
	a.namespace(t, name)
	object := map[string]any{}
	for _, text := range append([]string{read(t, "argocd/application.yaml")}, changes...) {
		var more map[string]any
		if err := yaml.Unmarshal([]byte(text), &more); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		merge(object, more)
	}
	merge(object, map[string]any{
		"metadata": map[string]any{"name": name, "namespace": namespace},
		"spec": map[string]any{
			"source":      map[string]any{"repoURL": a.repository.url(), "path": name},
			"destination": map[string]any{"namespace": name},
		},
	})
	_, err := a.objects.Resource(applications).Namespace(namespace).Create(t.Context(), &unstructured.Unstructured{Object: object}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return &application{argoCD: a, name: name}
}

// merge puts what is in more into object.
func merge(object, more map[string]any) {
	for key, value := range more {
		inner, ok := value.(map[string]any)
		there, known := object[key].(map[string]any)
		if ok && known {
			merge(there, inner)
			continue
		}
		object[key] = value
	}
}

// read is a file that the recipes are made of.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "gitops", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (a *application) patch(t *testing.T, change string) {
	t.Helper()
	patch, err := yaml.YAMLToJSON([]byte(change))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.objects.Resource(applications).Namespace(namespace).Patch(t.Context(), a.name, types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

// refresh has Argo CD read the repository and compare again, and returns what came of it.
func (a *application) refresh(t *testing.T) *state {
	t.Helper()
	a.patch(t, `{"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}`)
	var s *state
	eventually(t, "Argo CD to compare "+a.name, func() error {
		object, now := a.get(t)
		if _, asked := object.GetAnnotations()["argocd.argoproj.io/refresh"]; asked {
			return notYet(now)
		}
		s = now
		return nil
	})
	return s
}

// sync asks for a sync as the user interface does: with the options of the Application.
func (a *application) sync(t *testing.T) *state {
	t.Helper()
	object, _ := a.get(t)
	options, _, err := unstructured.NestedStringSlice(object.Object, "spec", "syncPolicy", "syncOptions")
	if err != nil {
		t.Fatal(err)
	}
	patch, err := json.Marshal(map[string]any{
		"status":    map[string]any{"operationState": nil},
		"operation": map[string]any{"initiatedBy": map[string]any{"username": "test"}, "sync": map[string]any{"syncOptions": options}},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.patch(t, string(patch))
	return a.await(t, "the sync to end", func(s *state) bool {
		return s.OperationState.Phase != "" && s.OperationState.Phase != "Running"
	})
}

func (a *application) get(t *testing.T) (*unstructured.Unstructured, *state) {
	t.Helper()
	object, err := a.objects.Resource(applications).Namespace(namespace).Get(t.Context(), a.name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Status state `json:"status"`
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &s); err != nil {
		t.Fatal(err)
	}
	return object, &s.Status
}

// await waits for a state.
func (a *application) await(t *testing.T, what string, reached func(*state) bool) *state {
	t.Helper()
	var s *state
	eventually(t, what, func() error {
		if _, s = a.get(t); !reached(s) {
			return notYet(s)
		}
		return nil
	})
	return s
}

// remove deletes the Application and its namespace.
func (a *application) remove(t *testing.T) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	if err := a.objects.Resource(applications).Namespace(namespace).Delete(ctx, a.name, metav1.DeleteOptions{}); err != nil {
		t.Error(err)
	}
	if err := a.clients.CoreV1().Namespaces().Delete(ctx, a.name, metav1.DeleteOptions{}); err != nil {
		t.Error(err)
	}
}

// synced compares twice and fails unless the Application is Synced both times, with no complaint and no further sync.
func (a *application) synced(t *testing.T) {
	t.Helper()
	_, before := a.get(t)
	for range 2 {
		now := a.refresh(t)
		if now.Sync.Status != "Synced" || len(now.Conditions) > 0 || len(now.History) != len(before.History) {
			t.Errorf("after %d syncs: %s", len(before.History), now)
		}
	}
}
