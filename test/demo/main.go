// Demo shows cmkgate at work on a real API server: it applies a small story with kubectl and tells, for each object,
// what was asked, what was decided and what was injected. It fails when an outcome is not the one that it should be.
//
// KEEP=1 leaves the API server and the webhook running until Ctrl-C.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/term"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// Where the demo's files are, seen from the root of the module.
const (
	configFile  = "test/demo/cmkgate.yaml"
	manifestDir = "test/demo/manifests"
)

type options struct {
	webhook string
	config  string
	keep    bool
}

var errUnexpected = errors.New("an outcome is not the one that it should be")

func main() {
	var opts options
	flag.StringVar(&opts.webhook, "webhook", ".bin/cmkgate-webhook", "the webhook's `binary`, seen from the root of the module")
	flag.StringVar(&opts.config, "config", configFile, "the webhook's configuration `file`, seen from there as well")
	flag.BoolVar(&opts.keep, "keep", os.Getenv("KEEP") == "1", "leave everything running until Ctrl-C (the same as KEEP=1)")
	flag.Parse()
	log.SetLogger(logr.Discard()) // envtest would complain that nobody listens to it

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, opts)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, opts options) (err error) {
	begin := time.Now()
	root, err := apiserver.ModuleRoot(ctx)
	if err != nil {
		return err
	}
	// The manifests are shown by paths that can be pasted, and those begin at the root.
	if err := os.Chdir(root); err != nil {
		return fmt.Errorf("going to the root of the module: %w", err)
	}
	if _, err := os.Stat(opts.webhook); err != nil {
		return fmt.Errorf("the webhook is not built, run 'make demo': %w", err)
	}
	terminal := newPrinter(out)
	terminal.title("cmkgate in front of a real API server, seen from " + namespace)

	server, err := apiserver.Start(ctx, apiserver.Options{Progress: terminal.step})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	stage, err := newStage(server, terminal)
	if err != nil {
		return err
	}
	if err := stage.prepare(ctx); err != nil {
		return err
	}
	webhook, err := server.StartWebhook(ctx, opts.webhook, opts.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, webhook.Stop(context.WithoutCancel(ctx))) }()
	start := time.Since(begin)

	err = stage.tell(ctx, start)
	if errors.Is(err, errUnexpected) {
		terminal.decisions(webhook)
	} else if err != nil {
		return err
	}
	if opts.keep {
		terminal.keep(server, webhook)
		<-ctx.Done()
	}
	return err
}

func manifest(name string) string {
	return filepath.Join(manifestDir, name)
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
