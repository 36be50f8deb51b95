package parity

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/manifests"
)

// beside are the objects of a unit that say something of others. They are in the
// cluster while the others are evaluated, and not while they are evaluated
// themselves, as when somebody applies them all.
type beside struct {
	*judges
	objects []manifests.Object
	present []bool
	// refused means that the API server itself refuses an object, by the command
	// line's word: what it says of others never counts.
	refused func(manifests.Object) bool
}

// informs reports whether others are evaluated by an object.
func informs(o manifests.Object) bool {
	switch o.Kind() {
	case "Namespace", "IAMRoleSelector", "ConfigMap":
		return true
	}
	return slices.ContainsFunc(catalog.Lookups(), func(l catalog.Lookup) bool {
		return l.Kind == catalog.Kind{Group: o.Group(), Name: o.Kind()}
	})
}

func (j *judges) beside(objects []manifests.Object, results []result) *beside {
	return &beside{j, objects, make([]bool, len(objects)), func(o manifests.Object) bool {
		return announced(of(o, results)).Outcome == refused
	}}
}

// allBut stores what others than one object are evaluated by; -1 stands for none.
func (b *beside) allBut(t *testing.T, except int) {
	t.Helper()
	for i, o := range b.objects {
		switch want := i != except && informs(o) && !b.refused(o); {
		case want && !b.present[i]:
			b.present[i] = b.put(t, o)
		case !want && b.present[i]:
			b.remove(t, o)
			b.present[i] = false
		}
	}
}

// clear takes everything away again.
func (b *beside) clear(t *testing.T) {
	t.Helper()
	for i, o := range b.objects {
		if b.present[i] {
			b.remove(t, o)
			b.present[i] = false
		}
	}
}

// put stores an object as the webhook completes it. Whether it is denied is a
// question of its own: a controller's writes are not. Where the command line does
// without schemas, it reports whether the API server takes the object.
func (b *beside) put(t *testing.T, o manifests.Object) bool {
	t.Helper()
	if o.Kind() == "Namespace" {
		return b.label(t, o)
	}
	b.needNamespace(t, namespaceOf(o))
	raw := o.Raw
	if o.OfACK() {
		_, made, err := b.ask(t.Context(), o, lenient)
		if err != nil {
			t.Fatal(err)
		}
		if made.patch != nil {
			raw = patched(t, raw, made.patch)
		}
	}
	if !b.store(t, request{http.MethodPost, pathOf(o) + "?fieldValidation=" + lenient, raw, controller}) {
		return false
	}
	b.hold(t, o)
	return true
}

// hold does to an object what ACK does once it has created or adopted the
// resource. The command line takes for granted that it will, and does not look at
// conditions; that an adoption is over it takes from a manifest.
func (b *beside) hold(t *testing.T, o manifests.Object) {
	t.Helper()
	annotations, _ := o.Metadata()["annotations"].(map[string]any)
	adopts := annotations["services.k8s.aws/adoption-policy"] == "adopt"
	if !o.OfACK() || adopts && annotations["services.k8s.aws/adopted"] != "true" {
		return
	}
	status, _ := o.Fields["status"].(map[string]any)
	status = maps.Clone(status)
	if status == nil {
		status = map[string]any{}
	}
	resource := map[string]any{"arn": "arn:aws:held", "ownerAccountID": "", "region": ""}
	written, _ := status["ackResourceMetadata"].(map[string]any)
	maps.Copy(resource, written)
	status["ackResourceMetadata"] = resource
	delete(status, "conditions")
	path := pathOf(o) + "/" + o.Name()
	b.mustSend(t, request{http.MethodPatch, path, fmt.Appendf(nil, `{"metadata":{"finalizers":["finalizers.%s/%s"]}}`, o.Group(), o.Kind()), controller})
	b.mustSend(t, request{http.MethodPatch, path + "/status", fmt.Appendf(nil, `{"status":%s}`, asJSON(status)), controller})
}

func patched(t *testing.T, raw, patch []byte) []byte {
	t.Helper()
	operations, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = operations.Apply(raw); err != nil {
		t.Fatal(err)
	}
	return raw
}

func (b *beside) remove(t *testing.T, o manifests.Object) {
	t.Helper()
	if o.Kind() == "Namespace" { // no controller would end it
		b.label(t, manifests.Object{Fields: map[string]any{"kind": "Namespace", "metadata": map[string]any{"name": o.Name()}}})
		return
	}
	path := pathOf(o) + "/" + o.Name()
	b.mustSend(t, request{http.MethodPatch, path, []byte(`{"metadata":{"finalizers":null}}`), controller})
	b.mustSend(t, request{http.MethodDelete, path, nil, controller})
}

// label gives a namespace the labels and annotations of an object, and no others.
func (b *beside) label(t *testing.T, o manifests.Object) bool {
	t.Helper()
	b.needNamespace(t, o.Name())
	body, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{
		"name": o.Name(), "labels": o.Metadata()["labels"], "annotations": o.Metadata()["annotations"],
	}})
	if err != nil {
		t.Fatal(err)
	}
	return b.store(t, request{http.MethodPut, "/api/v1/namespaces/" + o.Name(), body, ""})
}

// needNamespace makes a namespace if there is none.
func (s *stage) needNamespace(t *testing.T, name string) {
	t.Helper()
	if _, known := s.namespaces.LoadOrStore(name, true); known {
		return
	}
	body := fmt.Appendf(nil, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":%s}}`, asJSON(name))
	got, err := s.send(t.Context(), request{http.MethodPost, "/api/v1/namespaces", body, ""})
	if err != nil {
		t.Fatal(err)
	}
	switch got.code {
	case http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity: // there is none of such a name
	default:
		t.Fatalf("namespace %q: %d %s", name, got.code, got.body)
	}
}

func (s *stage) store(t *testing.T, r request) bool {
	t.Helper()
	if s.schemas != off {
		s.mustSend(t, r)
		return true
	}
	got, err := s.send(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return got.code < http.StatusMultipleChoices
}

func (s *stage) mustSend(t *testing.T, r request) {
	t.Helper()
	got, err := s.send(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got.code >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: %d %s\n%s", r.method, r.path, got.code, got.body, r.body)
	}
}
