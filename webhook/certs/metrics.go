package certs

import (
	"crypto/x509"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cmkgate/cmkgate/webhook/metrics"
)

// certMetrics are the metrics of certificates.
type certMetrics struct {
	expiry   *prometheus.GaugeVec
	failures prometheus.Counter
}

// newCertMetrics makes the metrics and registers them.
func newCertMetrics(registry prometheus.Registerer, s *served) (*certMetrics, error) {
	failures := metrics.CertificateFailures.Counter()
	f := &certMetrics{expiry: metrics.CertificateExpiry.Gauge(), failures: failures.WithLabelValues()}
	collectors := []prometheus.Collector{f.expiry, failures}
	if s.configuration != "" {
		collectors = append(collectors, verified{s})
	}
	return f, metrics.Register(registry, collectors...)
}

// verified exposes readiness as a metric, for an alert about a replica that
// is not ready.
type verified struct{ served *served }

// Describe is part of prometheus.Collector.
func (verified) Describe(descs chan<- *prometheus.Desc) {
	descs <- metrics.CertificateVerifies.Describe()
}

// Collect is part of prometheus.Collector.
func (v verified) Collect(out chan<- prometheus.Metric) {
	ready := metrics.OneIf(v.served.Ready(nil) == nil)
	out <- prometheus.MustNewConstMetric(metrics.CertificateVerifies.Describe(), prometheus.GaugeValue, ready)
}

// ends says when a certificate ends.
func (f *certMetrics) ends(name string, cert *x509.Certificate) {
	f.expiry.WithLabelValues(name).Set(float64(cert.NotAfter.Unix()))
}
