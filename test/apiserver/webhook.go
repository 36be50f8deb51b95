package apiserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// Only the loopback interface: nothing of a test run is for others to reach.
const host = "127.0.0.1"

// Webhook is a running cmkgate-webhook that the API server asks for every write to the SageMaker and S3 groups.
type Webhook struct {
	server     *Server
	install    envtest.WebhookInstallOptions
	metrics    string
	health     string
	process    *process
	terminated bool
	// start starts the process, again after it was terminated.
	start func(context.Context) error
}

// StartWebhook starts the cmkgate-webhook binary with a configuration file, registers it, and returns when the API
// server calls it. The caller stops the webhook before the server.
func (s *Server) StartWebhook(ctx context.Context, binary, config string, args ...string) (*Webhook, error) {
	return s.StartWebhookIn(ctx, nil, binary, config, args...)
}

// StartWebhookIn is StartWebhook for some namespaces only: the API server does not call the webhook for others. The
// namespace default must be one of those that it is called for.
func (s *Server) StartWebhookIn(ctx context.Context, namespaces *metav1.LabelSelector, binary, config string, args ...string) (*Webhook, error) {
	install, err := registration()
	if err != nil {
		return nil, err
	}
	selectNamespaces(&install, namespaces)
	webhook := &Webhook{server: s, install: install}
	webhook.install.LocalServingHost = host
	if err := webhook.install.PrepWithoutInstalling(); err != nil {
		return nil, fmt.Errorf("making the webhook's serving certificate: %w", err)
	}
	webhook.start = func(ctx context.Context) error { return webhook.run(ctx, binary, config, args) }
	if err := webhook.start(ctx); err != nil {
		return nil, errors.Join(err, webhook.install.Cleanup())
	}
	if err := webhook.register(ctx); err != nil {
		return nil, errors.Join(err, webhook.Stop(context.WithoutCancel(ctx)))
	}
	return webhook, nil
}

func (w *Webhook) run(ctx context.Context, binary, config string, args []string) error {
	addresses, err := freeAddresses(ctx, 2)
	if err != nil {
		return err
	}
	w.metrics, w.health = addresses[0], addresses[1]
	w.server.report("starting the webhook")
	log := filepath.Join(w.server.dir, fmt.Sprintf("webhook-%d.log", w.install.LocalServingPort))
	w.process, err = startProcess(ctx, log, binary, append([]string{
		"--config", config,
		"--cert-dir", w.certDir(),
		"--host", host,
		"--port", strconv.Itoa(w.install.LocalServingPort),
		"--metrics-addr", w.metrics,
		"--health-addr", w.health,
		"--kubeconfig", w.server.Kubeconfig(),
	}, args...)...)
	if err != nil {
		return err
	}
	ctx, cancel := w.process.whileRunning(ctx)
	defer cancel()
	if err := poll(ctx, "the webhook to be ready", w.ready); err != nil {
		w.process.terminate()
		<-w.process.exited
		return err
	}
	return nil
}

func (w *Webhook) ready(ctx context.Context) error {
	_, err := w.readiness(ctx)
	return err
}

// readiness is the page of the readiness probe of a webhook that is ready.
func (w *Webhook) readiness(ctx context.Context) (string, error) {
	return fetch(ctx, w.HealthURL()+"/readyz?verbose")
}

// fetch reads a page. Any other answer than 200 is an error.
func fetch(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	client := &http.Client{Timeout: 5 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", url, response.Status)
	}
	page, err := io.ReadAll(response.Body)
	return string(page), err
}

// AwaitConfig returns when the webhook works with the configuration that has a hash.
func (w *Webhook) AwaitConfig(ctx context.Context, hash string) error {
	return poll(ctx, "the webhook to reload its configuration", func(ctx context.Context) error {
		page, err := w.readiness(ctx)
		if err == nil && !strings.Contains(page, "config: "+hash+" ") {
			err = fmt.Errorf("configuration %s is not on the page:\n%s", hash, page)
		}
		return err
	})
}

// Stop takes the registration back and ends the process, as an orderly uninstallation does. It fails where the process
// does not end gracefully.
func (w *Webhook) Stop(ctx context.Context) error {
	return errors.Join(w.unregister(ctx), w.Terminate(), w.install.Cleanup())
}

// Terminate ends the process and leaves the registration in place: from here on the API server asks a webhook that does
// not answer. Stop is still to be called.
func (w *Webhook) Terminate() error {
	if w.terminated {
		return nil
	}
	w.terminated = true
	return w.process.stop()
}

// Resume starts the process again that was terminated, where the API server expects it.
func (w *Webhook) Resume(ctx context.Context) error {
	if !w.terminated {
		return errors.New("the webhook has not been terminated")
	}
	if err := w.start(ctx); err != nil {
		return err
	}
	w.terminated = false
	return nil
}

// certDir is the folder of the serving certificate, tls.crt and tls.key.
func (w *Webhook) certDir() string {
	return w.install.LocalServingCertDir
}

// URL is where the webhook serves the API server, by TLS with a certificate of its own.
func (w *Webhook) URL() string {
	return "https://" + net.JoinHostPort(host, strconv.Itoa(w.install.LocalServingPort))
}

// PID is the process that serves.
func (w *Webhook) PID() int {
	return w.process.command.Process.Pid
}

// MetricsURL is where the webhook serves its metrics.
func (w *Webhook) MetricsURL() string {
	return "http://" + w.metrics + "/metrics"
}

// HealthURL is where the webhook serves its probes, /healthz and /readyz.
func (w *Webhook) HealthURL() string {
	return "http://" + w.health
}

// LogFile is where the webhook's log goes: JSON, one object a line. It is removed when the server stops. Registering
// the webhook leaves lines about an object named cmkgate-probe.
func (w *Webhook) LogFile() string {
	return w.process.log
}

// freeAddresses finds loopback addresses that nobody listens on. They are held together before they are let go, so that
// no two are the same.
func freeAddresses(ctx context.Context, count int) (addresses []string, err error) {
	var held []net.Listener
	defer func() {
		for _, listener := range held {
			err = errors.Join(err, listener.Close())
		}
	}()
	for range count {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		held = append(held, listener)
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses, nil
}
