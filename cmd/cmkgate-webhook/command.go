package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os/signal"
	"syscall"
)

// command is what the binary does beside serving: the image has no other
// program, so the chart's hooks run it.
type command struct {
	usage string
	// prepare adds the flags and returns what runs once they are parsed.
	prepare func(*flag.FlagSet) func(ctx context.Context, out io.Writer) error
}

// findCommand takes the first argument for a command; flags are for the webhook.
func findCommand(args []string) (command, bool) {
	if len(args) == 0 {
		return command{}, false
	}
	switch args[0] {
	case "check-config":
		return checkConfigCommand(), true
	case "selftest":
		return selftestCommand(), true
	case "uninstall":
		return uninstallCommand(), true
	default:
		return command{}, false
	}
}

// main runs the command and returns the exit code: 1 when it failed, 2 when it was not understood.
func (c command) main(args []string, out, errs io.Writer) int {
	fs := flag.NewFlagSet("cmkgate-webhook", flag.ContinueOnError)
	fs.SetOutput(errs)
	fs.Usage = func() {
		fmt.Fprint(errs, c.usage) //nolint:errcheck // help on a closed terminal helps nobody
		fs.PrintDefaults()
	}
	run := c.prepare(fs)
	switch err := fs.Parse(args); {
	case isHelp(err):
		return 0
	case err != nil:
		return 2
	case fs.NArg() > 0:
		fmt.Fprintf(errs, "cmkgate-webhook: unexpected argument %q; see --help\n", fs.Arg(0)) //nolint:errcheck // as above
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, out); err != nil {
		fmt.Fprintf(errs, "cmkgate-webhook: %v\n", err) //nolint:errcheck // as above
		return 1
	}
	return 0
}
