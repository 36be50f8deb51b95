package certs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
)

// TestReadyFailsWhileAPIServersWouldRefuse proves it for each reason.
func TestReadyFailsWhileAPIServersWouldRefuse(t *testing.T) {
	ca, other := authority(t, epoch), authority(t, epoch)
	leaf := leafOf(t, ca, epoch, "a")
	tests := map[string]struct {
		at        time.Duration
		leaf      *pair
		published *published
		want      string
	}{
		"no certificate":            {want: "there is no serving certificate yet: no API server"},
		"expired":                   {at: validity, leaf: leaf, published: &published{}, want: "expired at 2030-01-01T00:30:00Z"},
		"nothing read":              {leaf: leaf, want: "have not been read yet"},
		"another authority":         {leaf: leaf, published: new(bundles([]*pair{other})), want: "does not verify the serving certificate"},
		"one webhook of many lacks": {leaf: leaf, published: new(bundles([]*pair{ca}, nil)), want: "does not verify the serving certificate"},
		"all have it":               {leaf: leaf, published: new(bundles([]*pair{ca}, []*pair{ca, other}))},
		"nothing is registered":     {leaf: leaf, published: &published{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &served{now: func() time.Time { return epoch.Add(test.at) }, configuration: "cmkgate"}
			s.published.Store(test.published)
			if test.leaf != nil {
				s.certificate.Store(test.leaf.served)
			}
			if test.want != "" {
				failure := errors.New("no API server")
				s.failure.Store(&failure)
			}
			err := s.Ready(nil)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v", err)
			}
			if value := figure(t, verified{s}); (value == 1) != (err == nil) {
				t.Errorf("the metric says %v", value)
			}
		})
	}
}

func TestFilesAreServedAndTheirEndTold(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	leaf := leafOf(t, authority(t, now), now, "a")
	for name, text := range map[string][]byte{"tls.crt": leaf.certPEM, "tls.key": leaf.keyPEM} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &served{now: time.Now}
	f, err := newCertMetrics(prometheus.NewRegistry(), s)
	if err != nil {
		t.Fatal(err)
	}
	source, err := newFiles(dir, s, f, logr.Discard())
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := source.GetCertificate(nil)
	if err != nil || !certificate.Leaf.Equal(leaf.cert) {
		t.Errorf("served: %v %v", certificate, err)
	}
	if err := source.Ready(nil); err != nil {
		t.Error(err)
	}
	if end := figure(t, f.expiry); end != float64(leaf.cert.NotAfter.Unix()) {
		t.Errorf("ends at %v", end)
	}
	if _, err := newFiles(t.TempDir(), s, f, logr.Discard()); err == nil || !strings.Contains(err.Error(), "tls.crt and tls.key") {
		t.Errorf("an empty folder: %v", err)
	}
}

// figure is the value of the one metric of a collector.
func figure(t *testing.T, c prometheus.Collector) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || len(families[0].Metric) != 1 {
		t.Fatalf("%v %v", families, err)
	}
	return families[0].Metric[0].GetGauge().GetValue()
}
