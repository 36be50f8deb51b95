// Package reload applies changes of the configuration file while the webhook
// runs. An invalid file changes nothing: the last valid one stays active, and
// log, metrics and the readiness page report it.
package reload

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

// pollInterval bounds how late a change is noticed that makes no event. kubelet
// itself takes about a minute to bring a ConfigMap to its pods.
const pollInterval = 30 * time.Second

// Reloader reads the configuration file at the start and whenever it changes.
type Reloader struct {
	path     string
	interval time.Duration
	log      logr.Logger
	// apply puts a configuration active, or says why it cannot.
	apply func(*config.Config) error

	// ackNamespace is the one that the process started with and works with.
	ackNamespace string

	state atomic.Pointer[state]
}

// state is what metrics and the readiness page tell.
type state struct {
	config *config.Config // active
	since  time.Time
	// failure is what is wrong with the file as it is now, nil if it is active.
	failure  error
	failedAt time.Time
}

// New loads the file and applies it. Without a valid one there is nothing
// to fall back on, so an invalid file is an error here.
func New(path string, log logr.Logger, apply func(*config.Config) error) (*Reloader, error) {
	r := &Reloader{path: path, interval: pollInterval, log: log, apply: apply}
	cfg, err := r.load()
	if err != nil {
		return nil, err
	}
	r.ackNamespace = cfg.ACKNamespace
	r.state.Store(&state{config: cfg, since: time.Now()})
	r.logLoaded(cfg)
	return r, nil
}

// ACKNamespace is the one that the process started with. Its caches are bound
// to it: another one takes effect after a restart.
func (r *Reloader) ACKNamespace() string { return r.ackNamespace }

// Start follows the file until the context ends.
func (r *Reloader) Start(ctx context.Context) error {
	w := &watcher{folder: filepath.Dir(r.path), interval: r.interval, log: r.log}
	w.run(ctx, r.look)
	return nil
}

// load reads the file and applies it where it differs from what is active.
func (r *Reloader) load() (*config.Config, error) {
	cfg, err := config.LoadFile(r.path, policies.All())
	if err != nil {
		return nil, err
	}
	if s := r.state.Load(); s != nil && s.config.Hash == cfg.Hash {
		return s.config, nil
	}
	return cfg, r.apply(cfg)
}

// look loads the file and logs what is new, once.
func (r *Reloader) look() {
	before := r.state.Load()
	cfg, err := r.load()
	switch {
	case err != nil:
		if before.failure == nil || before.failure.Error() != err.Error() {
			r.log.Error(brief(err), "configuration rejected; the last valid one stays active", "source", r.path, "hash", before.config.Hash)
			r.state.Store(&state{config: before.config, since: before.since, failure: err, failedAt: time.Now()})
		}
	case cfg != before.config:
		r.state.Store(&state{config: cfg, since: time.Now()})
		r.logLoaded(cfg)
	case before.failure != nil:
		r.state.Store(&state{config: cfg, since: time.Now()})
		r.log.Info("configuration is the active one again", "source", cfg.Source, "hash", cfg.Hash)
	}
}

func (r *Reloader) logLoaded(cfg *config.Config) {
	r.log.Info("configuration loaded", "source", cfg.Source, "hash", cfg.Hash, "region", cfg.Settings.Region, "defaultKeys", len(cfg.Settings.DefaultKeys))
	if r.needsRestart(cfg) {
		r.log.Info("ackNamespace takes effect after a restart; the rest of the configuration is active",
			"field", ackNamespaceField, "configured", cfg.ACKNamespace, "inForce", r.ackNamespace)
	}
}

// ackNamespaceField is the field that a reload cannot apply.
const ackNamespaceField = "ackNamespace"

func (r *Reloader) needsRestart(cfg *config.Config) bool { return cfg.ACKNamespace != r.ackNamespace }

// loggedProblems bounds a log line; the file's owner sees the rest with cmkgate check.
const loggedProblems = 10

// brief cuts a long list of problems.
func brief(err error) error {
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Problems) <= loggedProblems {
		return err
	}
	return &config.Error{Source: wrong.Source, Problems: wrong.Problems[:loggedProblems], More: wrong.More + len(wrong.Problems) - loggedProblems}
}
