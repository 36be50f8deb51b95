package parity

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/cmkgate/cmkgate/test/manifests"
)

// off has the command line do without schemas.
const off = "off"

// anything is the schema of a CRD that takes every object.
const anything = `{"type": "object", "x-kubernetes-preserve-unknown-fields": true}`

// open has the API server take objects of every shape, so that those are
// evaluated too which omit what a fixture is not about. The command line does
// without its schemas then.
func (s *stage) open(t *testing.T) {
	t.Helper()
	const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	got, err := s.send(t.Context(), request{http.MethodGet, path, nil, ""})
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(got.body, &list); err != nil {
		t.Fatal(err)
	}
	for _, crd := range list.Items {
		spec, _ := crd["spec"].(map[string]any)
		metadata, _ := crd["metadata"].(map[string]any)
		if spec["group"] == "services.k8s.aws" {
			continue
		}
		versions, _ := spec["versions"].([]any)
		for _, v := range versions {
			if version, ok := v.(map[string]any); ok {
				version["schema"] = map[string]any{"openAPIV3Schema": json.RawMessage(anything)}
			}
		}
		s.mustSend(t, request{http.MethodPut, path + "/" + metadata["name"].(string), []byte(asJSON(crd)), ""})
		s.awaitOpen(t, spec)
	}
	s.schemas = off
}

// awaitOpen waits until the API server takes what the CRD of a kind forbade.
func (s *stage) awaitOpen(t *testing.T, spec map[string]any) {
	t.Helper()
	names, _ := spec["names"].(map[string]any)
	raw := []byte(asJSON(map[string]any{
		"apiVersion": spec["group"].(string) + "/v1alpha1", "kind": names["kind"],
		"metadata": map[string]any{"name": "x"}, "spec": "no object",
	}))
	probe, err := manifests.NewObjects(raw)
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if got, _, err := s.ask(t.Context(), probe[0], strict); err == nil && got.Outcome != refused {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%v keeps its schema", names["kind"])
}
