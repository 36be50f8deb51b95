package cluster

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cmkgate/cmkgate/webhook/metrics"
)

// Collector says how fresh and how full the caches are, and what in them waits for ACK.
type Collector struct {
	cluster                     *Cluster
	contact, objects, unapplied *prometheus.Desc
}

// NewCollector makes the metrics of the caches.
func NewCollector(c *Cluster) *Collector {
	return &Collector{
		cluster: c, contact: metrics.CacheContact.Describe(), objects: metrics.CacheObjects.Describe(), unapplied: metrics.UnappliedKeys.Describe(),
	}
}

// Describe is part of prometheus.Collector.
func (c *Collector) Describe(descs chan<- *prometheus.Desc) {
	descs <- c.contact
	descs <- c.objects
	descs <- c.unapplied
}

// Collect is part of prometheus.Collector.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	for kind, cache := range c.cluster.named {
		if cache.unapplied != nil {
			out <- prometheus.MustNewConstMetric(c.unapplied, prometheus.GaugeValue, float64(cache.unapplied.count()), kind.Name)
		}
	}
	for _, cache := range c.cluster.caches() {
		gauge := func(d *prometheus.Desc, value float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, cache.String())
		}
		gauge(c.objects, float64(len(cache.informer.GetIndexer().ListKeys())))
		if last := cache.last.Load(); last != nil {
			gauge(c.contact, float64(last.UnixMilli())/1000)
		}
	}
}

// String is what the cache watches: buckets.s3.services.k8s.aws, or one object, configmaps/NAME.
func (c *kindCache) String() string {
	watched := c.resource.GroupResource().String()
	if c.only.name != "" {
		watched += "/" + c.only.name
	}
	return watched
}
