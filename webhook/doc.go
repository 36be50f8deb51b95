// Package webhook answers admission requests of the Kubernetes API server: it
// turns them into objects for package policies, and findings into patches,
// denials, warnings, audit annotations, metrics and log lines.
package webhook
