package certs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
)

const (
	// longestPause is when a replica checks again without a change event.
	longestPause = 10 * time.Minute
	// retryPause follows a failure.
	retryPause = 5 * time.Second
	// attemptTimeout bounds the requests of one attempt.
	attemptTimeout = 20 * time.Second
	// maxSteps is more than a rotation takes, conflicts included.
	maxSteps = 10
	// minInterval is the minimum interval between two attempts, in case somebody keeps undoing what replicas write.
	minInterval = 100 * time.Millisecond
)

// snapshot is what was read at one moment.
type snapshot struct {
	secret    map[string][]byte
	published published
}

// store is shared by all replicas. Both writes fail with a conflict if somebody
// has written since the last read.
type store interface {
	read(ctx context.Context) (snapshot, error)
	writeSecret(ctx context.Context, data map[string][]byte) error
	publish(ctx context.Context, b bundle) error
}

// rotator is a replica's part in keeping the certificates of all.
type rotator struct {
	*served
	options     Options
	store       store
	certMetrics *certMetrics
	log         logr.Logger
	changes     <-chan struct{}
	watch       func(context.Context)
	// serving is what certificate holds.
	serving *pair
	// seen says since when authorities have been in every caBundle.
	seen map[string]time.Time
}

// Start keeps the certificates until the context ends.
func (r *rotator) Start(ctx context.Context) error {
	go r.watch(ctx)
	for {
		pause := r.attempt(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(minInterval):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.changes:
		case <-time.After(pause - minInterval):
		}
	}
}

// attempt makes steps until nothing is left to do, and returns how long to
// wait. A replica that cannot reach the API server keeps what it has.
func (r *rotator) attempt(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	for range maxSteps {
		acted, err := r.step(ctx)
		switch {
		case err != nil:
			r.failure.Store(&err)
			if !errors.Is(err, context.Canceled) {
				r.certMetrics.failures.Inc()
				r.log.Error(err, "cannot update certificates; the replica keeps using the current ones")
			}
			return min(retryPause, r.pause())
		case !acted:
			r.failure.Store(nil)
			return r.pause()
		}
	}
	return min(retryPause, r.pause())
}

// pause is a small part of the shortest time that anything here takes.
func (r *rotator) pause() time.Duration {
	pause := min(longestPause, r.options.spare(r.options.LeafValidity)/10)
	for _, since := range r.seen {
		if left := r.options.Propagation - r.now().Sub(since); left > 0 {
			pause = min(pause, left)
		}
	}
	return max(pause, 10*time.Millisecond)
}

// step reads, decides and acts. It reports whether it wrote something.
func (r *rotator) step(ctx context.Context) (acted bool, err error) {
	read, err := r.store.read(ctx)
	if err != nil {
		return false, err
	}
	now := r.now()
	v := observation{
		now: now, secret: parseState(read.secret), published: read.published, serving: r.serving,
		known: func(p *pair) bool { return r.known(p, now) },
	}
	r.look(v)
	p, err := r.options.plan(v)
	if err != nil {
		return false, err
	}
	r.serve(p.serve)
	// Beside each other: an authority that cannot be published must not keep
	// the Secret from being renewed, nor the other way round.
	var written, publication error
	if p.secret != nil {
		written = r.write(ctx, p.secret, read.secret)
	}
	if p.publish != nil {
		publication = r.publish(ctx, p.publish)
	}
	return p.secret != nil || p.publish != nil, errors.Join(written, publication)
}

// look remembers what is published, and since when.
func (r *rotator) look(v observation) {
	r.published.Store(&v.published)
	seen := map[string]time.Time{}
	for _, p := range []*pair{v.secret.ca, v.secret.next} {
		if p == nil || !v.published.contains(p.cert) {
			continue
		}
		key := string(p.cert.Raw)
		seen[key] = v.now
		if since, ok := r.seen[key]; ok {
			seen[key] = since
		}
	}
	r.seen = seen
	if v.secret.ca != nil {
		r.certMetrics.ends("ca", v.secret.ca.cert)
	}
}

func (r *rotator) known(p *pair, now time.Time) bool {
	since, ok := r.seen[string(p.cert.Raw)]
	return ok && now.Sub(since) >= r.options.Propagation
}

func (r *rotator) serve(leaf *pair) {
	if leaf == nil {
		return
	}
	r.serving = leaf
	r.certificate.Store(leaf.served)
	r.certMetrics.ends("leaf", leaf.cert)
	r.log.Info("serving a new certificate", "until", leaf.cert.NotAfter, "serial", leaf.cert.SerialNumber.Text(16))
}

func (r *rotator) write(ctx context.Context, s *state, old map[string][]byte) error {
	err := r.store.writeSecret(ctx, s.data(old))
	if conflict(err) {
		r.log.V(1).Info("another replica was faster", "conflict", err.Error())
		return nil
	}
	if err != nil {
		return fmt.Errorf("write the Secret %s/%s: %w", r.options.Namespace, r.options.Secret, err)
	}
	r.log.Info("certificates renewed", "caUntil", s.ca.cert.NotAfter, "leafUntil", s.leaf.cert.NotAfter, "successor", s.next != nil)
	return nil
}

func (r *rotator) publish(ctx context.Context, b bundle) error {
	if err := r.store.publish(ctx, b); err != nil {
		return fmt.Errorf("publish the caBundle in the webhook configurations %s: %w", r.options.Configuration, err)
	}
	r.log.Info("caBundle published", "authorities", len(b))
	return nil
}
