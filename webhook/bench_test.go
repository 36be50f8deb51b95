package webhook

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// BenchmarkAdmission serves the CREATE of a TrainingJob that lacks both keys
// through the real HTTP handlers, decision log included, beside an empty
// handler of controller-runtime. The bar is 1.6 times the empty one.
func BenchmarkAdmission(b *testing.B) {
	object := readFile(b, "../policies/tree/testdata/trainingjob.json")
	body := reviewOf(b, admissionv1.Create, "alice", object, nil)
	r := newReviewer(b, nil)
	r.Log = discardLog()
	empty := &admission.Webhook{Handler: admission.HandlerFunc(func(context.Context, admission.Request) admission.Response {
		return admission.Allowed("")
	})}
	for _, c := range []struct {
		name    string
		handler http.Handler
	}{
		{"empty", empty},
		{"mutate", Handler(r.Mutate, r.Log)},
		{"validate", Handler(r.Validate, r.Log)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
				req.Header.Set("Content-Type", "application/json")
				rec := httptest.NewRecorder()
				c.handler.ServeHTTP(rec, req)
				if rec.Code != http.StatusOK {
					b.Fatal(rec.Code)
				}
			}
		})
	}
}
