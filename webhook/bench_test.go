package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
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
				serve(b, c.handler, body)
			}
		})
	}
}

// BenchmarkAdmissionOfEveryKind serves the CREATE of an object of each kind: to
// /mutate without its keys, to /validate with them, and as denied without. The
// metrics are the ratios to an empty handler with the same review, each of the
// fastest of many rounds.
func BenchmarkAdmissionOfEveryKind(b *testing.B) {
	r := newReviewer(b, nil)
	r.Log = discardLog()
	empty := &admission.Webhook{Handler: admission.HandlerFunc(func(context.Context, admission.Request) admission.Response {
		return admission.Allowed("")
	})}
	for kind, object := range keylessObjects(b) {
		keyless := reviewOf(b, admissionv1.Create, "alice", object, nil)
		keyed := reviewOf(b, admissionv1.Create, "alice", completed(b, r, object), nil)
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				serve(b, Handler(r.Validate, r.Log), keyed)
			}
			floor := fastest(b, empty, keyless)
			b.ReportMetric(fastest(b, Handler(r.Mutate, r.Log), keyless)/floor, "mutate-x-empty")
			b.ReportMetric(fastest(b, Handler(r.Validate, r.Log), keyed)/fastest(b, empty, keyed), "validate-x-empty")
			b.ReportMetric(fastest(b, Handler(r.Validate, r.Log), keyless)/floor, "denied-x-empty")
		})
	}
}

// keylessObjects are the objects of the policies' fixtures that the webhook
// completes, one a kind.
func keylessObjects(b *testing.B) map[string][]byte {
	b.Helper()
	files, err := filepath.Glob("../policies/testdata/*/fix/*.yaml")
	if err != nil {
		b.Fatal(err)
	}
	out := map[string][]byte{}
	for _, file := range files {
		first, _, _ := bytes.Cut(readFile(b, file), []byte("\n---"))
		object, err := yaml.YAMLToJSON(first)
		if err != nil {
			b.Fatal(err)
		}
		var meta struct {
			Kind string `json:"kind"`
		}
		if err := json.Unmarshal(object, &meta); err != nil {
			b.Fatal(err)
		}
		if out[meta.Kind] == nil {
			out[meta.Kind] = object
		}
	}
	return out
}

// completed is an object as /mutate leaves it.
func completed(b *testing.B, r *Reviewer, object []byte) []byte {
	b.Helper()
	root, err := tree.ParseObject(object)
	if err != nil {
		b.Fatal(err)
	}
	edits, _ := r.InForce.Load().Evaluator.Complete(policies.NewObject(root), r.World.Now())
	operations, err := json.Marshal(Patch(root, edits))
	if err != nil {
		b.Fatal(err)
	}
	patch, err := jsonpatch.DecodePatch(operations)
	if err != nil {
		b.Fatal(err)
	}
	out, err := patch.Apply(object)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func serve(b *testing.B, handler http.Handler, body []byte) {
	b.Helper()
	req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	if rec.Code != http.StatusOK {
		b.Fatal(rec.Code)
	}
}

// fastest is what a review takes where nothing else disturbs, in nanoseconds.
func fastest(b *testing.B, handler http.Handler, body []byte) float64 {
	b.Helper()
	const rounds, calls = 40, 25
	best := time.Duration(math.MaxInt64)
	for range rounds {
		start := time.Now()
		for range calls {
			serve(b, handler, body)
		}
		best = min(best, time.Since(start))
	}
	return float64(best.Nanoseconds()) / calls
}
