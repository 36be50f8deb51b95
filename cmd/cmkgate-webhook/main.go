// Command cmkgate-webhook serves cmkgate's admission webhooks.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/cmkgate/cmkgate/cmd/internal/version"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/webhook"
	"github.com/cmkgate/cmkgate/webhook/cluster"
)

func main() {
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
	ctrl.SetLogger(log)
	klog.SetLogger(log)
	if err := run(opts, log); err != nil {
		log.Error(err, "cmkgate-webhook stops")
		os.Exit(1)
	}
}

func run(opts options, log logr.Logger) error {
	cfg, err := config.LoadFile(opts.config, policies.All())
	if err != nil {
		return err
	}
	evaluator, err := policies.New(policies.All(), cfg.Settings)
	if err != nil {
		return fmt.Errorf("prepare the policies: %w", err)
	}
	if _, err := tls.LoadX509KeyPair(filepath.Join(opts.certDir, "tls.crt"), filepath.Join(opts.certDir, "tls.key")); err != nil {
		return fmt.Errorf("load the serving certificate (--cert-dir must hold tls.crt and tls.key): %w", err)
	}
	restConfig, err := opts.restConfig()
	if err != nil {
		return fmt.Errorf("find the API server: %w", err)
	}
	log.Info("configuration loaded", "source", cfg.Source, "hash", cfg.Hash, "region", cfg.Settings.Region, "defaultKeys", len(cfg.Settings.DefaultKeys))

	manager, err := newManager(restConfig, opts, log)
	if err != nil {
		return err
	}
	view, err := watchCluster(manager, restConfig, cfg.ACKNamespace, opts, log)
	if err != nil {
		return err
	}
	figures, err := webhook.NewMetrics(metrics.Registry)
	if err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	webhook.Register(manager.GetWebhookServer(), &webhook.Reviewer{
		Evaluator: evaluator, Controllers: cfg.Controllers, World: view, Metrics: figures, Log: log,
	})
	stop := newStop(opts.shutdownDelay)
	if err := addProbes(manager, view, stop); err != nil {
		return err
	}
	return manager.Start(stop.context(log))
}

func newManager(restConfig *rest.Config, opts options, log logr.Logger) (ctrl.Manager, error) {
	manager, err := ctrl.NewManager(restConfig, ctrl.Options{
		Logger:                 log,
		Metrics:                metricsserver.Options{BindAddress: opts.metricsAddr},
		HealthProbeBindAddress: opts.healthAddr,
		WebhookServer: ctrlwebhook.NewServer(ctrlwebhook.Options{
			Host: opts.host, Port: opts.port, CertDir: opts.certDir,
			TLSOpts: []func(*tls.Config){func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }},
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the server: %w", err)
	}
	return manager, nil
}

func watchCluster(manager ctrl.Manager, restConfig *rest.Config, ackNamespace string, opts options, log logr.Logger) (*cluster.Cluster, error) {
	client, err := dynamic.NewForConfig(restConfig)
	if err != nil {
		return nil, fmt.Errorf("make a client of the API server: %w", err)
	}
	view, err := cluster.New(client, ackNamespace, opts.lookupWait, log)
	if err != nil {
		return nil, err
	}
	return view, manager.Add(view)
}

// addProbes makes the replica alive as long as it answers, and ready once its
// caches hold the cluster, its certificate is served, and it is not stopping.
func addProbes(manager ctrl.Manager, view *cluster.Cluster, stop *stopper) error {
	checks := map[string]healthz.Checker{
		"caches":       view.Ready,
		"certificates": manager.GetWebhookServer().StartedChecker(),
		"stopping":     stop.ready,
	}
	for name, check := range checks {
		if err := manager.AddReadyzCheck(name, check); err != nil {
			return fmt.Errorf("add the readiness check %s: %w", name, err)
		}
	}
	if err := manager.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("add the liveness check: %w", err)
	}
	return nil
}

// newStop listens for the signals that end the process.
func newStop(delay time.Duration) *stopper {
	signals, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	return &stopper{signals: signals, release: cancel, delay: delay}
}
