// Command cmkgate-webhook serves cmkgate's admission webhooks.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"

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
	ctrl.SetLogger(log)
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
	inForce := new(atomic.Pointer[webhook.Configuration])
	reloader, err := reload.New(opts.config, log, func(cfg *config.Config) error { return apply(cfg, inForce) })
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
	manager, err := newManager(restConfig, certificates, opts, log)
	if err != nil {
		return err
	}
	if err := manager.Add(reloader); err != nil {
		return err
	}
	view, err := watchCluster(manager, restConfig, reloader.ACKNamespace(), opts, log)
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
	webhook.Register(manager.GetWebhookServer(), &webhook.Reviewer{
		InForce: inForce, World: view, Metrics: figures, Log: log,
	}, traced)
	stop := newStop(opts.shutdownDelay)
	checks := readiness{
		"caches":       view.Ready,
		"certificates": certificates.Ready,
		"server":       manager.GetWebhookServer().StartedChecker(),
		"stopping":     stop.ready,
	}
	if err := addProbes(manager, opts.healthAddr, checks, reloader); err != nil {
		return err
	}
	if err := addCollectors(metrics.Registry, checks, view, reloader); err != nil {
		return err
	}
	return manager.Start(stop.context(log))
}

// apply puts a configuration in force for the requests that follow.
func apply(cfg *config.Config, inForce *atomic.Pointer[webhook.Configuration]) error {
	evaluator, err := policies.New(policies.All(), cfg.Settings)
	if err != nil {
		return fmt.Errorf("prepare the policies: %w", err)
	}
	inForce.Store(&webhook.Configuration{Evaluator: evaluator, Controllers: cfg.Controllers})
	return nil
}

func newManager(restConfig *rest.Config, certificates certs.Source, opts options, log logr.Logger) (ctrl.Manager, error) {
	manager, err := ctrl.NewManager(restConfig, ctrl.Options{
		Logger:  log,
		Metrics: metricsserver.Options{BindAddress: opts.metricsAddr},
		WebhookServer: ctrlwebhook.NewServer(ctrlwebhook.Options{
			Host: opts.host, Port: opts.port,
			TLSOpts: []func(*tls.Config){func(c *tls.Config) {
				c.MinVersion, c.GetCertificate = tls.VersionTLS13, certificates.GetCertificate
			}},
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the server: %w", err)
	}
	return manager, manager.Add(certificates)
}

func watchCluster(manager ctrl.Manager, restConfig *rest.Config, ackNamespace string, opts options, log logr.Logger) (*cluster.Cluster, error) {
	view, err := cluster.New(restConfig, ackNamespace, opts.lookupWait, log)
	if err != nil {
		return nil, err
	}
	return view, manager.Add(view)
}

// addProbes makes the replica alive as long as it answers, and ready while all
// checks pass: its caches hold the cluster, API servers accept the certificate
// that it serves, and it is not stopping.
func addProbes(manager ctrl.Manager, address string, checks readiness, reloader *reload.Reloader) error {
	if address == "" || address == "0" {
		return nil
	}
	for name, check := range checks {
		checks[name] = logged(name, check, manager.GetLogger())
	}
	return manager.Add(probeServer(address, checks, reloader.Status))
}

// newStop listens for the signals that end the process.
func newStop(delay time.Duration) *stopper {
	signals, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	return &stopper{signals: signals, release: cancel, delay: delay}
}
