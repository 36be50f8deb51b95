package webhook

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/webhook/metrics"
)

// decision is the outcome of a request, as metrics, logs and traces name it.
type decision string

const (
	decisionAllowed  decision = "allowed"
	decisionDenied   decision = "denied"
	decisionInjected decision = "injected"
	decisionRestored decision = "restored"
	// decisionRetry: the client is asked to retry, because the mutating webhook has not seen the object.
	decisionRetry decision = "retry"
	// decisionExempt: a write of an ACK controller, evaluated but never stopped.
	decisionExempt decision = "exempt"
	// decisionPassed: nothing that policies look at.
	decisionPassed decision = "passed"
	decisionError  decision = "error"
)

// Metrics are cmkgate's own metrics of requests.
type Metrics struct {
	requests     *prometheus.CounterVec
	findings     *prometheus.CounterVec
	byNamespace  *prometheus.CounterVec
	injections   *prometheus.CounterVec
	restorations *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	responses    *prometheus.CounterVec
	namespaces   namespaceLabels
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		requests:     metrics.Requests.Counter(),
		findings:     metrics.Findings.Counter(),
		byNamespace:  metrics.NamespaceFindings.Counter(),
		injections:   metrics.Injections.Counter(),
		restorations: metrics.Restorations.Counter(),
		duration:     metrics.Duration.Histogram(),
		responses:    metrics.Responses.Counter(),
		namespaces:   namespaceLabels{seen: map[string]bool{}},
	}
	return m, metrics.Register(registry, m.requests, m.findings, m.byNamespace, m.injections, m.restorations, m.duration, m.responses)
}

// other is the label of values without a label of their own, or made up by a client.
const other = "other"

// request counts a request. Labels are bounded: a kind that no policy looks at,
// or an operation that Kubernetes does not have, is "other".
func (m *Metrics) request(v *review, d decision) {
	kind, operation := v.request.Kind.Kind, string(v.request.Operation)
	if !v.Evaluator.Judges(v.request.Kind.Group, kind) {
		kind = other
	}
	if !v.knownOperation() {
		operation = other
	}
	m.requests.WithLabelValues(v.webhook, operation, kind, string(d)).Inc()
}

func (m *Metrics) found(v *review, d decision, findings []policies.Finding) {
	if len(findings) == 0 {
		return
	}
	namespace := m.namespaces.label(v.object.Namespace, v.World.Now())
	for i := range findings {
		f := &findings[i]
		m.findings.WithLabelValues(f.Policy, string(f.Reason), string(f.Mode), string(v.request.Operation), v.object.Kind).Inc()
		if d != decisionExempt {
			m.byNamespace.WithLabelValues(namespace, f.Policy, string(f.Mode)).Inc()
		}
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

// timed measures requests of a webhook from their first byte to the answer,
// reading and parsing included: what the API server waits for, but the network.
func (m *Metrics) timed(webhook string, next http.Handler) http.Handler {
	duration := m.duration.WithLabelValues(webhook)
	next = promhttp.InstrumentHandlerCounter(m.responses.MustCurryWith(prometheus.Labels{"webhook": webhook}), next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		next.ServeHTTP(w, r)
		duration.Observe(time.Since(started).Seconds())
	})
}

// maxNamespaces bounds the memory of labels if namespaces come and go for
// months: a thousand with three policies each take about 1 MB.
const maxNamespaces = 1000

// namespaceLabels decides which namespaces become labels.
type namespaceLabels struct {
	mu   sync.Mutex
	seen map[string]bool
}

// label is the name of a namespace that exists. Anybody in the cluster's network
// can send reviews; one that makes up namespaces gets no label for each.
func (l *namespaceLabels) label(name string, world policies.World) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen[name] {
		return name
	}
	if _, exists := world.Namespace(name); !exists || len(l.seen) == maxNamespaces {
		return other
	}
	l.seen[name] = true
	return name
}
