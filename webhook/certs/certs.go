package certs

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Source is where the serving certificate comes from. Start is for the process,
// GetCertificate for the server, Ready for the readiness probe.
type Source interface {
	Start(ctx context.Context) error
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	Ready(*http.Request) error
}

// New prepares the source that the options ask for. In mode files the files
// must be there; in mode self nothing happens before Start.
func New(o Options, config *rest.Config, registry prometheus.Registerer, log logr.Logger) (Source, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	log = log.WithName("certificates")
	s := &served{now: time.Now, configuration: o.Configuration}
	f, err := newCertMetrics(registry, s)
	if err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("create a client for the API server: %w", err)
	}
	shared := &cluster{client: client, options: o}
	if o.Mode == ModeSelf {
		w, err := newWatcher(config, append(configurations(o.Configuration), named{resource: secretResource(), namespace: o.Namespace, name: o.Secret})...)
		if err != nil {
			return nil, err
		}
		return &rotator{served: s, options: o, store: shared, certMetrics: f, log: log, changes: w.changes, watch: w.run}, nil
	}
	source, err := newFiles(o.Dir, s, f, log)
	if err != nil || o.Configuration == "" {
		return source, err
	}
	w, err := newWatcher(config, configurations(o.Configuration)...)
	if err != nil {
		return nil, err
	}
	source.cluster, source.changes, source.watch = shared, w.changes, w.run
	return source, nil
}
