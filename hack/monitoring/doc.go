// Package monitoring holds what the Helm chart brings for Prometheus and Grafana
// against Prometheus' own libraries. It is a module of its own, for their weight.
package monitoring
