package webhook

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	admissionv1 "k8s.io/api/admission/v1"

	"github.com/cmkgate/cmkgate/policies"
)

// someNamespaces is a World in which namespaces exist whose names begin so.
type someNamespaces struct {
	policies.Nowhere
	prefix string
}

func (w someNamespaces) Namespace(name string) (policies.Namespace, bool) {
	return policies.Namespace{Name: name}, strings.HasPrefix(name, w.prefix)
}

// measured is a reviewer, and a way to read its metrics: "NAME{LABELS}" to the value.
func measured(t *testing.T) (*Reviewer, func() map[string]float64) {
	t.Helper()
	r := newReviewer(t, nil)
	registry := prometheus.NewRegistry()
	var err error
	if r.Metrics, err = NewMetrics(registry); err != nil {
		t.Fatal(err)
	}
	r.World = fixedWorld{someNamespaces{prefix: "science"}}
	return r, func() map[string]float64 { return gather(t, registry) }
}

func gather(t *testing.T, registry prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range families {
		for _, m := range family.Metric {
			values[family.GetName()+labelsOf(m)] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return values
}

func labelsOf(m *dto.Metric) string {
	pairs := make([]string, 0, len(m.Label))
	for _, l := range m.Label {
		pairs = append(pairs, l.GetName()+"="+l.GetValue())
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// inNamespace is an object in another namespace than job's.
func inNamespace(object []byte, namespace string) []byte {
	return []byte(strings.Replace(string(object), `"namespace":"team-risk"`, `"namespace":"`+namespace+`"`, 1))
}

func TestADecisionIsCountedByWhatItWasAndWhomItHit(t *testing.T) {
	r, read := measured(t)
	bad := inNamespace(job("", `"alias/aws/s3"`, ""), "science-1")
	mutate(t, r, admissionv1.Create, "alice", bad, nil)
	validate(t, r, admissionv1.Create, "alice", bad, nil)
	validate(t, r, admissionv1.Create, testController, bad, nil)
	values := read()
	for series, want := range map[string]float64{
		"cmkgate_admission_requests_total{decision=denied,kind=TrainingJob,operation=CREATE,webhook=validate}":                  1,
		"cmkgate_admission_requests_total{decision=exempt,kind=TrainingJob,operation=CREATE,webhook=validate}":                  1,
		"cmkgate_admission_requests_total{decision=injected,kind=TrainingJob,operation=CREATE,webhook=mutate}":                  1,
		"cmkgate_injections_total{field=spec.resourceConfig.volumeKMSKeyID,kind=TrainingJob}":                                   1,
		"cmkgate_findings_total{kind=TrainingJob,mode=Enforce,operation=CREATE,policy=sagemaker-output-key,reason=aws-managed}": 2,
		"cmkgate_namespace_findings_total{mode=Enforce,object_namespace=science-1,policy=sagemaker-output-key}":                 1,
	} {
		if values[series] != want {
			t.Errorf("%s is %v, want %v", series, values[series], want)
		}
	}
	if t.Failed() {
		t.Log(values)
	}
}

// Anybody in the cluster's network can send reviews.
func TestMadeUpReviewsMakeNoSeries(t *testing.T) {
	r, read := measured(t)
	send := func(i int) {
		made := fmt.Sprint("made-up-", i)
		review := string(reviewOf(t, admissionv1.Create, "alice", inNamespace(job("", `"alias/aws/s3"`, ""), made), nil))
		for _, body := range []string{
			review,
			strings.ReplaceAll(review, "TrainingJob", made),
			strings.Replace(review, `"CREATE"`, `"`+made+`"`, 1),
			strings.ReplaceAll(review, "sagemaker.services.k8s.aws", made),
		} {
			for _, handler := range []http.Handler{Handler(r.Mutate, r.Log), Handler(r.Validate, r.Log)} {
				sendAny(t, handler, body)
			}
		}
	}
	send(0)
	before := len(read())
	for i := range 100 {
		send(i)
	}
	if after := len(read()); after != before {
		t.Errorf("%d series became %d", before, after)
	}
}

func sendAny(t *testing.T, handler http.Handler, body string) {
	t.Helper()
	send(t, handler, []byte(body))
}

func TestNamespacesThatComeAndGoCostABoundedNumberOfSeries(t *testing.T) {
	labels := namespaceLabels{seen: map[string]bool{}}
	world := someNamespaces{prefix: "pr-"}
	for i := range maxNamespaces {
		if name := fmt.Sprint("pr-", i); labels.label(name, world) != name {
			t.Fatalf("%s has no label", name)
		}
	}
	if got := labels.label("pr-one-more", world); got != other {
		t.Errorf("one more is %q", got)
	}
	if got := labels.label("pr-7", world); got != "pr-7" {
		t.Errorf("one that had a label is %q", got)
	}
}

func TestTheDurationOfEveryRequestIsMeasured(t *testing.T) {
	r, read := measured(t)
	handlers := handlers{}
	Register(handlers, r, nil)
	for path, handler := range handlers {
		send(t, handler, reviewOf(t, admissionv1.Create, "alice", job("", "", ""), nil))
		send(t, handler, []byte("no review"))
		if got := read()["cmkgate_admission_duration_seconds{webhook="+path[1:]+"}"]; got != 2 {
			t.Errorf("%s: %v of 2 requests were measured", path, got)
		}
	}
}

// handlers is a Server that serves nobody.
type handlers map[string]http.Handler

func (h handlers) Register(path string, hook http.Handler) { h[path] = hook }
