package certs

import (
	"crypto/x509"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// figures are the metrics of certificates.
type figures struct {
	expiry   *prometheus.GaugeVec
	failures prometheus.Counter
}

// newFigures makes the metrics and registers them.
func newFigures(registry prometheus.Registerer, s *served) (*figures, error) {
	f := &figures{
		expiry: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "cmkgate_certificate_expiry_timestamp_seconds",
			Help: "When a certificate ends: leaf, which this replica serves, and ca, which signs the next leaf.",
		}, []string{"certificate"}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cmkgate_certificate_failures_total",
			Help: "Attempts to read, renew or publish certificates that failed; conflicts between replicas do not count.",
		}),
	}
	collectors := []prometheus.Collector{f.expiry, f.failures}
	if s.configuration != "" {
		collectors = append(collectors, verified(s))
	}
	for _, c := range collectors {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of certificates: %w", err)
		}
	}
	return f, nil
}

// verified is readiness as a figure, for an alert that a replica that is not
// ready cannot raise otherwise.
func verified(s *served) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "cmkgate_certificate_bundle_verifies",
		Help: "1 while the caBundle of every webhook verifies what this replica serves, 0 while API servers would refuse it.",
	}, func() float64 {
		if s.Ready(nil) != nil {
			return 0
		}
		return 1
	})
}

// ends tells when a certificate ends.
func (f *figures) ends(name string, cert *x509.Certificate) {
	f.expiry.WithLabelValues(name).Set(float64(cert.NotAfter.Unix()))
}
