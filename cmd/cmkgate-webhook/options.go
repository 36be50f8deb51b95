package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/zap/zapcore"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/cmkgate/cmkgate/webhook/certs"
)

type options struct {
	config        string
	certs         certs.Options
	host          string
	port          int
	metricsAddr   string
	healthAddr    string
	kubeconfig    string
	lookupWait    time.Duration
	shutdownDelay time.Duration
	tracing       bool
	verbose       bool
	version       bool
}

const usage = `cmkgate-webhook serves cmkgate's admission webhooks: /mutate sets the
organization's KMS keys on new ACK objects that lack them, /validate denies what is
not encrypted with a key that the organization controls.

Usage:
  cmkgate-webhook --config cmkgate.yaml
  cmkgate-webhook COMMAND --help

Commands:
  check-config   report the problems of a configuration; the chart runs it before it changes anything
  selftest       show that the API server calls cmkgate; the chart runs it as its test
  uninstall      remove the webhook configurations; the chart runs it before it removes the rest

Flags:
`

func parseOptions(args []string, out io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("cmkgate-webhook", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.Usage = func() {
		fmt.Fprint(out, usage) //nolint:errcheck // help on a closed terminal helps nobody
		fs.PrintDefaults()
	}
	addConfig(fs, &o.config)
	certs.AddFlags(fs, &o.certs)
	fs.StringVar(&o.host, "host", "", "`address` to serve on; all addresses when empty")
	fs.IntVar(&o.port, "port", 9443, "`port` to serve the webhooks on, with TLS 1.3")
	fs.StringVar(&o.metricsAddr, "metrics-addr", ":8080", "`address` to serve /metrics on; 0 turns it off")
	fs.StringVar(&o.healthAddr, "health-addr", ":8081", "`address` to serve /healthz and /readyz on; 0 turns it off")
	addKubeconfig(fs, &o.kubeconfig)
	fs.DurationVar(&o.lookupWait, "lookup-wait", 750*time.Millisecond, "how long to wait for an EndpointConfig or a Pipeline that may have been created a moment ago")
	fs.DurationVar(&o.shutdownDelay, "shutdown-delay", 0, "how long to keep serving, not ready, after SIGTERM")
	fs.BoolVar(&o.tracing, "tracing", false, "send a span per request to an OpenTelemetry collector, by OTLP over HTTP, as configured by the variables OTEL_*")
	fs.BoolVar(&o.verbose, "verbose", false, "also log requests that no policy applies to")
	fs.BoolVar(&o.version, "version", false, "print the version and exit")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(out, "cmkgate-webhook: unexpected argument %q; see --help\n", fs.Arg(0)) //nolint:errcheck // as above
		return o, errors.New("unexpected argument")
	}
	return o, nil
}

func isHelp(err error) bool { return errors.Is(err, flag.ErrHelp) }

func addConfig(fs *flag.FlagSet, file *string) {
	fs.StringVar(file, "config", "/etc/cmkgate/cmkgate.yaml", "the organization's configuration `file`")
}

func addKubeconfig(fs *flag.FlagSet, file *string) {
	fs.StringVar(file, "kubeconfig", "", "kubeconfig `file`; inside a cluster the pod's service account is used")
}

// restConfig finds the API server: the file that was named, KUBECONFIG, or the pod's service account.
func restConfig(kubeconfig string) (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("find the API server: %w", err)
	}
	return config, nil
}

// logger writes JSON lines.
func (o *options) logger(w io.Writer) logr.Logger {
	level := zapcore.InfoLevel
	if o.verbose {
		level = zapcore.DebugLevel
	}
	// An error says what is wrong; where in the code it came up helps nobody who reads the log.
	return zap.New(zap.WriteTo(w), zap.Level(level), zap.StacktraceLevel(zapcore.PanicLevel), zap.JSONEncoder(func(c *zapcore.EncoderConfig) {
		c.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	}))
}
