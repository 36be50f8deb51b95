package reload

import "github.com/prometheus/client_golang/prometheus"

// Collector tells the state of the configuration. All figures of one scrape
// are of one moment.
type Collector struct {
	reloader *Reloader

	info, successful, timestamp, restart *prometheus.Desc
}

// NewCollector makes the metrics of a reloader.
func NewCollector(r *Reloader) *Collector {
	return &Collector{
		reloader: r,
		info: prometheus.NewDesc("cmkgate_config_info",
			"1 for the hash of the configuration in force. Replicas with the same configuration have the same hash.", []string{"hash"}, nil),
		successful: prometheus.NewDesc("cmkgate_config_last_reload_successful",
			"1 when the configuration file is in force, 0 when it is wrong and the last good one stays in force.", nil, nil),
		timestamp: prometheus.NewDesc("cmkgate_config_last_reload_success_timestamp_seconds",
			"When the configuration in force was loaded, or was found in the file again after a wrong one.", nil, nil),
		restart: prometheus.NewDesc("cmkgate_config_restart_required",
			"1 when a change of the field takes effect only after a restart.", []string{"field"}, nil),
	}
}

// Describe is part of prometheus.Collector.
func (c *Collector) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.info, c.successful, c.timestamp, c.restart} {
		descs <- d
	}
}

// Collect is part of prometheus.Collector.
func (c *Collector) Collect(metrics chan<- prometheus.Metric) {
	s := c.reloader.state.Load()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(c.info, 1, s.config.Hash)
	gauge(c.successful, oneIf(s.failure == nil))
	gauge(c.timestamp, float64(s.since.UnixMilli())/1000)
	gauge(c.restart, oneIf(c.reloader.needsRestart(s.config)), ackNamespaceField)
}

func oneIf(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}
