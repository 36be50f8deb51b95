// Package metrics defines names, labels and meaning of cmkgate's metrics, as
// data: the code that counts and docs/metrics.md use the same rows.
package metrics

//go:generate go run ./docgen

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// Type is what Prometheus calls a metric's type.
type Type string

// The types.
const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Histogram Type = "histogram"
)

// Metric is one row.
type Metric struct {
	Name   string
	Type   Type
	Labels []Label
	// Help is one sentence, for Prometheus and for the documentation.
	Help string
	// Note is for the documentation alone: what to know before building on it.
	Note string
	// Buckets are the upper bounds of a histogram, in seconds.
	Buckets []float64
}

// Label is a dimension of a metric.
type Label struct {
	Name string
	// Values says what it can hold. Whoever sends requests must not be able to
	// make more of them: every value costs memory here and in Prometheus.
	Values string
}

// Counter makes the counters of the metric.
func (m Metric) Counter() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: m.Name, Help: m.Help}, m.labels())
}

// Gauge makes the gauges of the metric.
func (m Metric) Gauge() *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: m.Name, Help: m.Help}, m.labels())
}

// Histogram makes the histograms of the metric.
func (m Metric) Histogram() *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: m.Name, Help: m.Help, Buckets: m.Buckets}, m.labels())
}

// Describe is for collectors that look up their values at each scrape.
func (m Metric) Describe() *prometheus.Desc {
	return prometheus.NewDesc(m.Name, m.Help, m.labels(), nil)
}

func (m Metric) labels() []string {
	names := make([]string, 0, len(m.Labels))
	for _, l := range m.Labels {
		names = append(names, l.Name)
	}
	return names
}

// Register registers collectors together.
func Register(registry prometheus.Registerer, collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// OneIf is how Prometheus writes a condition.
func OneIf(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}
