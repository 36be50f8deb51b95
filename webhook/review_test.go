package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/kms"
)

const (
	testKey        = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	testController = "system:serviceaccount:ack-system:ack-sagemaker-controller"
)

func settings(t testing.TB) policies.Settings {
	t.Helper()
	key, err := kms.Parse(testKey)
	if err != nil {
		t.Fatal(err)
	}
	s := policies.Settings{
		Region: "eu-west-1", Account: "111122223333",
		DefaultKeys:  []policies.DefaultKey{{Key: key}},
		Trusted:      policies.TrustedKeys{Accounts: []string{"111122223333"}},
		LocalStorage: policies.Omit, Unverifiable: policies.Warn,
		Policies: map[policies.ID]policies.PolicySettings{},
	}
	for _, p := range policies.All() {
		s.Policies[p.ID] = policies.PolicySettings{Mode: p.Default, Inject: p.Injects}
	}
	return s
}

// fixedWorld is a World that never changes.
type fixedWorld struct{ policies.World }

func (w fixedWorld) Now() policies.World                     { return w.World }
func (w fixedWorld) Awaiting(context.Context) policies.World { return w.World }

func newReviewer(t testing.TB, change func(*policies.Settings)) *Reviewer {
	t.Helper()
	s := settings(t)
	if change != nil {
		change(&s)
	}
	evaluator, err := policies.New(policies.All(), s)
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	r := &Reviewer{
		Active: new(atomic.Pointer[Configuration]),
		World:  fixedWorld{policies.Nowhere{}}, Metrics: metrics, Log: logr.Discard(),
	}
	r.Active.Store(&Configuration{Evaluator: evaluator, Controllers: []string{testController}})
	return r
}

func discardLog() logr.Logger { return zap.New(zap.WriteTo(io.Discard)) }

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// reviewOf wraps objects in an AdmissionReview as the API server sends it.
func reviewOf(t testing.TB, operation admissionv1.Operation, user string, object, old []byte) []byte {
	t.Helper()
	var meta metav1.PartialObjectMetadata
	if err := json.Unmarshal(object, &meta); err != nil {
		t.Fatal(err)
	}
	gvk := meta.GroupVersionKind()
	kind := metav1.GroupVersionKind{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind}
	resource := metav1.GroupVersionResource{Group: gvk.Group, Version: gvk.Version, Resource: "things"}
	review := admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: types.UID("705ab4f5-6393-11e8-b7cc-42010a800002"), Kind: kind, RequestKind: &kind,
			Resource: resource, RequestResource: &resource,
			Name: meta.Name, Namespace: meta.Namespace, Operation: operation,
			UserInfo: authenticationv1.UserInfo{Username: user, Groups: []string{"system:authenticated"}},
			Object:   runtime.RawExtension{Raw: object}, OldObject: runtime.RawExtension{Raw: old},
			Options: runtime.RawExtension{Raw: []byte(`{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"kubectl-client-side-apply"}`)},
		},
	}
	data, err := json.Marshal(review)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// send posts a body to a handler and returns the answer.
func send(t testing.TB, handler http.Handler, body []byte) *admissionv1.AdmissionResponse {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	var review admissionv1.AdmissionReview
	if err := json.Unmarshal(rec.Body.Bytes(), &review); err != nil {
		t.Fatalf("the answer is not an AdmissionReview: %v\n%s", err, rec.Body)
	}
	if review.Response == nil {
		t.Fatalf("the answer has no response: %s", rec.Body)
	}
	return review.Response
}
