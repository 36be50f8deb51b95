// Command cmkgate-webhook serves cmkgate's admission webhooks.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cmkgate/cmkgate/cmd/cmkgate-webhook/internal/reload"
	"github.com/cmkgate/cmkgate/cmd/internal/version"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/webhook"
	"github.com/cmkgate/cmkgate/webhook/certs"
	"github.com/cmkgate/cmkgate/webhook/cluster"
)

func main() {
	if command, ok := findCommand(os.Args[1:]); ok {
		os.Exit(command.main(os.Args[2:], os.Stdout, os.Stderr))
	}
	opts, err := parseOptions(os.Args[1:], os.Stderr)
	if err != nil {
		if isHelp(err) {
			return
		}
		os.Exit(2)
	}
	if opts.version {
		fmt.Println("cmkgate-webhook", version.Current())
		return
	}
	log := opts.logger(os.Stderr)
	ctrllog.SetLogger(log)
	klog.SetLogger(log)
	if err := run(opts, log); err != nil {
		log.Error(err, "cmkgate-webhook stops")
		os.Exit(1)
	}
}

func run(opts options, log logr.Logger) error {
	if err := limitMemory(); err != nil {
		return err
	}
	active := new(atomic.Pointer[webhook.Configuration])
	reloader, err := reload.New(opts.config, log, func(cfg *config.Config) error { return apply(cfg, active) })
	if err != nil {
		return err
	}
	restConfig, err := restConfig(opts.kubeconfig)
	if err != nil {
		return err
	}
	certificates, err := certs.New(opts.certs, restConfig, metrics.Registry, log)
	if err != nil {
		return err
	}
	view, err := cluster.New(restConfig, reloader.ACKNamespace(), opts.lookupWait, log)
	if err != nil {
		return err
	}
	figures, err := webhook.NewMetrics(metrics.Registry)
	if err != nil {
		return err
	}
	traced, flush, err := startTracing(opts.tracing, log)
	if err != nil {
		return err
	}
	defer flush()
	stop := newStop(opts.shutdownDelay)
	server := newServer(certificates, opts)
	webhook.Register(drainingServer{server, stop}, &webhook.Reviewer{
		Active: active, World: view, Metrics: figures, Gate: webhook.NewGate(requestMemory()), Log: log,
	}, traced)
	checks := readiness{
		"caches":       view.Ready,
		"certificates": certificates.Ready,
		"server":       server.listening,
		"stopping":     stop.ready,
	}
	if err := addCollectors(metrics.Registry, checks, view, reloader); err != nil {
		return err
	}
	runnables := []runnable{certificates, reloader, view, server}
	listeners, err := listeners(restConfig, opts, checks, reloader, log)
	if err != nil {
		return err
	}
	return runAll(stop.context(log), append(runnables, listeners...)...)
}

// apply puts a configuration active for the requests that follow.
func apply(cfg *config.Config, active *atomic.Pointer[webhook.Configuration]) error {
	evaluator, err := policies.New(policies.All(), cfg.Settings)
	if err != nil {
		return fmt.Errorf("prepare the policies: %w", err)
	}
	active.Store(&webhook.Configuration{Evaluator: evaluator, Controllers: cfg.Controllers})
	return nil
}

// listeners serve the metrics and the probes, each unless its address is 0. A
// replica is alive as long as it answers, and ready while all checks pass: its
// caches hold the cluster, API servers accept the certificate that it serves,
// and it is not stopping.
func listeners(restConfig *rest.Config, opts options, checks readiness, reloader *reload.Reloader, log logr.Logger) ([]runnable, error) {
	var runnables []runnable
	figures, err := metricsserver.NewServer(metricsserver.Options{BindAddress: opts.metricsAddr}, restConfig, nil)
	if err != nil {
		return nil, fmt.Errorf("serve metrics: %w", err)
	}
	if figures != nil {
		runnables = append(runnables, figures)
	}
	if opts.healthAddr != "" && opts.healthAddr != "0" {
		for name, check := range checks {
			checks[name] = logged(name, check, log)
		}
		runnables = append(runnables, probeServer(opts.healthAddr, checks, reloader.Status))
	}
	return runnables, nil
}

// newStop listens for the signals that end the process.
func newStop(delay time.Duration) *stopper {
	signals, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	return &stopper{signals: signals, release: cancel, delay: delay}
}
