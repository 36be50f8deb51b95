package certs

import (
	"context"
	"crypto/tls"
	"fmt"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
)

// files serves what somebody else writes into a folder.
type files struct {
	*served
	watcher     *certwatcher.CertWatcher
	certMetrics *certMetrics
	log         logr.Logger
	// cluster is nil if nothing is compared with what is published.
	cluster *cluster
	changes <-chan struct{}
	watch   func(context.Context)
}

func newFiles(dir string, s *served, f *certMetrics, log logr.Logger) (*files, error) {
	watcher, err := certwatcher.New(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"))
	if err != nil {
		return nil, fmt.Errorf("load the serving certificate (--cert-dir must hold tls.crt and tls.key): %w", err)
	}
	source := &files{served: s, watcher: watcher, certMetrics: f, log: log}
	first, err := watcher.GetCertificate(nil)
	if err != nil {
		return nil, fmt.Errorf("load the serving certificate from %s: %w", dir, err)
	}
	source.serve(*first)
	watcher.RegisterCallback(source.serve)
	return source, nil
}

func (f *files) serve(certificate tls.Certificate) {
	f.certificate.Store(&certificate)
	f.certMetrics.ends("leaf", certificate.Leaf)
}

// Start picks up changes of the files until the context ends.
func (f *files) Start(ctx context.Context) error {
	if f.cluster != nil {
		go f.watch(ctx)
		go f.compare(ctx)
	}
	return f.watcher.Start(ctx)
}

// compare caches what is published, for Ready.
func (f *files) compare(ctx context.Context) {
	for {
		pause := longestPause
		published, err := f.cluster.readPublished(ctx)
		if err != nil {
			pause = retryPause
			f.failure.Store(&err)
			f.certMetrics.failures.Inc()
			f.log.Error(err, "cannot tell whether API servers accept the serving certificate")
		} else {
			f.failure.Store(nil)
			f.published.Store(&published)
		}
		select {
		case <-ctx.Done():
			return
		case <-f.changes:
		case <-time.After(pause):
		}
	}
}
