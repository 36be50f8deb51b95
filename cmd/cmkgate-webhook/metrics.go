package main

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"sigs.k8s.io/controller-runtime/pkg/healthz"

	"github.com/cmkgate/cmkgate/cmd/cmkgate-webhook/internal/reload"
	"github.com/cmkgate/cmkgate/cmd/internal/version"
	"github.com/cmkgate/cmkgate/webhook/cluster"
	"github.com/cmkgate/cmkgate/webhook/metrics"
)

// addCollectors registers what is looked up at each scrape, the process and the build.
func addCollectors(registry prometheus.Registerer, checks readiness, view *cluster.Cluster, reloader *reload.Reloader) error {
	build := metrics.BuildInfo.Gauge()
	running := version.Current()
	build.WithLabelValues(running.Version, running.Revision, running.Go).Set(1)
	return metrics.Register(registry, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build, checks, cluster.NewCollector(view), reload.NewCollector(reloader))
}

// readiness are the checks of the readiness probe. As metrics they tell why a
// replica is not ready to whoever cannot reach it.
type readiness map[string]healthz.Checker

// Describe is part of prometheus.Collector.
func (readiness) Describe(descs chan<- *prometheus.Desc) { descs <- metrics.Ready.Describe() }

// Collect is part of prometheus.Collector.
func (r readiness) Collect(out chan<- prometheus.Metric) {
	desc := metrics.Ready.Describe()
	for name, check := range r {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, metrics.OneIf(check(nil) == nil), name)
	}
}
