package webhook

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cmkgate/cmkgate/policies"
)

// decision is the outcome of a request, as metrics and logs name it.
type decision string

const (
	decisionAllowed  decision = "allowed"
	decisionDenied   decision = "denied"
	decisionInjected decision = "injected"
	decisionRestored decision = "restored"
	// decisionRetry: the client is asked to send again what the mutating webhook did not get to see.
	decisionRetry decision = "retry"
	// decisionExempt: a write of an ACK controller, judged but never stopped.
	decisionExempt decision = "exempt"
	// decisionPassed: nothing that policies look at.
	decisionPassed decision = "passed"
	decisionError  decision = "error"
)

// Metrics are cmkgate's own figures, beside those of controller-runtime.
type Metrics struct {
	requests     *prometheus.CounterVec
	findings     *prometheus.CounterVec
	injections   *prometheus.CounterVec
	restorations *prometheus.CounterVec
	duration     *prometheus.HistogramVec
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cmkgate_admission_requests_total",
			Help: "Admission requests by webhook, operation, kind and decision.",
		}, []string{"webhook", "operation", "kind", "decision"}),
		findings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cmkgate_findings_total",
			Help: "Findings of the validating webhook by policy, reason, mode, operation and kind.",
		}, []string{"policy", "reason", "mode", "operation", "kind"}),
		injections: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cmkgate_injections_total",
			Help: "Fields of new objects that were set, by kind and field path.",
		}, []string{"kind", "field"}),
		restorations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cmkgate_restorations_total",
			Help: "Fields that updates left out and that were put back, by kind and field path.",
		}, []string{"kind", "field"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "cmkgate_admission_duration_seconds",
			Help:    "Time to judge one admission request.",
			Buckets: []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .05, .25, 1},
		}, []string{"webhook"}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.findings, m.injections, m.restorations, m.duration} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// request counts a request. Labels are bounded: a kind that no policy looks at,
// or an operation that Kubernetes does not have, is "other".
func (m *Metrics) request(v *review, d decision) {
	kind, operation := v.request.Kind.Kind, string(v.request.Operation)
	if !v.Evaluator.Judges(v.request.Kind.Group, kind) {
		kind = "other"
	}
	if !v.knownOperation() {
		operation = "other"
	}
	m.requests.WithLabelValues(v.webhook, operation, kind, string(d)).Inc()
	m.duration.WithLabelValues(v.webhook).Observe(time.Since(v.started).Seconds())
}

func (m *Metrics) found(v *review, findings []policies.Finding) {
	for i := range findings {
		f := &findings[i]
		m.findings.WithLabelValues(f.Policy, string(f.Reason), string(f.Mode), string(v.request.Operation), v.object.Kind).Inc()
	}
}

func (m *Metrics) edited(v *review, d decision, edits []policies.Edit) {
	counter := m.injections
	if d == decisionRestored {
		counter = m.restorations
	}
	for _, e := range edits {
		counter.WithLabelValues(v.object.Kind, e.Path.Pattern().String()).Inc()
	}
}
