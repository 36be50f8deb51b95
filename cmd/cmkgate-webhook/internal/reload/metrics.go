package reload

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cmkgate/cmkgate/webhook/metrics"
)

// Collector gives the state of the configuration. All figures of one scrape
// are of one moment.
type Collector struct {
	reloader *Reloader

	info, successful, timestamp, restart *prometheus.Desc
}

// NewCollector makes the metrics of a reloader.
func NewCollector(r *Reloader) *Collector {
	return &Collector{
		reloader:   r,
		info:       metrics.ConfigInfo.Describe(),
		successful: metrics.ConfigReloadSuccessful.Describe(),
		timestamp:  metrics.ConfigReloadTime.Describe(),
		restart:    metrics.ConfigRestart.Describe(),
	}
}

// Describe is part of prometheus.Collector.
func (c *Collector) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.info, c.successful, c.timestamp, c.restart} {
		descs <- d
	}
}

// Collect is part of prometheus.Collector.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	s := c.reloader.state.Load()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(c.info, 1, s.config.Hash)
	gauge(c.successful, metrics.OneIf(s.failure == nil))
	gauge(c.timestamp, float64(s.since.UnixMilli())/1000)
	gauge(c.restart, metrics.OneIf(c.reloader.needsRestart(s.config)), ackNamespaceField)
}
