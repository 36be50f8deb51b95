package webhook

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/fixtures"
)

// BenchmarkAdmission serves the CREATE of a TrainingJob that lacks both keys
// through the real HTTP handlers, decision log included, beside an empty
// handler of controller-runtime. The bar is 1.4 times the empty one.
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
// fastest of many rounds. The bar is 1.6.
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
			best := fastest(b, []call{
				{empty, keyless},
				{empty, keyed},
				{Handler(r.Mutate, r.Log), keyless},
				{Handler(r.Validate, r.Log), keyed},
				{Handler(r.Validate, r.Log), keyless},
			})
			b.ReportMetric(best[2]/best[0], "mutate-x-empty")
			b.ReportMetric(best[3]/best[1], "validate-x-empty")
			b.ReportMetric(best[4]/best[0], "denied-x-empty")
		})
	}
}

// keylessObjects are objects of the policies' fixtures, one a kind: one that the
// webhook completes, where it completes any.
func keylessObjects(b *testing.B) map[string][]byte {
	b.Helper()
	all := fixtures.All(b, "../policies/testdata")
	slices.SortStableFunc(all, func(f, g fixtures.Fixture) int { return cmp.Compare(f.Kind, g.Kind) }) // fix stands before pass
	out := map[string][]byte{}
	for _, f := range all {
		if f.Kind == "deny" {
			continue
		}
		first, _, _ := bytes.Cut([]byte(f.Text), []byte("\n---"))
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
	edits := r.Active.Load().Evaluator.Review(policies.Review{Object: policies.NewObject(root), EditsOnly: true}, r.World.Now()).Edits
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

// call is a review and who answers it.
type call struct {
	handler http.Handler
	body    []byte
}

// fastest is what each call takes where nothing else disturbs, in nanoseconds.
// They take turns, so that a machine that slows down slows them all.
func fastest(b *testing.B, all []call) []float64 {
	b.Helper()
	const rounds, calls = 60, 15
	best := make([]float64, len(all))
	for round := range rounds {
		for i, c := range all {
			start := time.Now()
			for range calls {
				serve(b, c.handler, c.body)
			}
			if took := float64(time.Since(start).Nanoseconds()) / calls; round == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	return best
}
