package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

type checkOptions struct {
	outputs     []string
	config      string
	namespace   string
	failOn      string
	noInject    bool
	quiet       bool
	noColor     bool
	concurrency int
}

func newCheck() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check PATH|-...",
		Short: "Judge manifests: files, folders, or - for standard input",
		Long: `check judges manifests as the webhook would: multi-document YAML and JSON, Lists
included. An Endpoint is judged by its EndpointConfig, and objects by their Namespace, where
these are among the manifests.

A key that is missing, but that the webhook sets by itself, is told and does not fail the
check. With --no-inject every key must be in the manifests.

Results go to standard output, everything else to standard error.`,
		Example: `  cmkgate check deploy/
  cmkgate check -o json=findings.json -o text deploy/
  kustomize build overlays/prod | cmkgate check -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("check: name the files or folders to judge (cmkgate check .), or - for standard input")
			}
			return nil
		},
		RunE: o.run,
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(&o.outputs, "output", "o", []string{"text"}, "`FORMAT[=FILE]`, repeatable: "+strings.Join(report.Formats(), ", "))
	flags.StringVar(&o.config, "config", "", "the configuration `file`; without it cmkgate.yaml, from the working directory upward")
	flags.StringVarP(&o.namespace, "namespace", "n", "", "the `namespace` of objects that name none")
	flags.StringVar(&o.failOn, "fail-on", "enforce", "what makes the exit code 1: enforce, warn or never")
	flags.BoolVar(&o.noInject, "no-inject", false, "judge as if the webhook set nothing: keys must be in the manifests")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "show only what is denied")
	flags.BoolVar(&o.noColor, "no-color", false, "no colors (also by the variable NO_COLOR)")
	flags.IntVar(&o.concurrency, "concurrency", runtime.GOMAXPROCS(0), "how many files to judge at a time")
	return cmd
}

func (o *checkOptions) run(cmd *cobra.Command, args []string) error {
	if o.failOn != "enforce" && o.failOn != "warn" && o.failOn != "never" {
		return fmt.Errorf("--fail-on %q: want enforce, warn or never", o.failOn)
	}
	cfg, err := loadConfig(o.config)
	if err != nil {
		return err
	}
	settings := cfg.Settings
	if o.noInject {
		settings = withoutInjection(settings)
	}
	evaluator, err := policies.New(policies.All(), settings)
	if err != nil {
		return fmt.Errorf("prepare the policies: %w", err)
	}
	writers, closeFiles, err := o.writers(cmd.OutOrStdout())
	if err != nil {
		return err
	}
	checker := &checker{
		evaluator: evaluator, namespace: o.namespace, workers: max(o.concurrency, 1),
		stdin: cmd.InOrStdin(), stderr: cmd.ErrOrStderr(), writers: writers,
	}
	summary, err := checker.check(args)
	if failed := errors.Join(err, closeFiles()); failed != nil {
		return failed
	}
	return o.verdict(&summary)
}

func (o *checkOptions) verdict(s *report.Summary) error {
	switch {
	case s.Errors > 0:
		return exitError(exitBadInput)
	case o.failOn == "never":
		return nil
	case s.Enforced > 0, o.failOn == "warn" && s.Warnings > 0:
		return exitError(exitFindings)
	}
	return nil
}

// writers opens the outputs that were asked for.
func (o *checkOptions) writers(stdout io.Writer) ([]report.Writer, func() error, error) {
	var writers []report.Writer
	var files []io.Closer
	closeAll := func() error {
		var errs []error
		for _, f := range files {
			errs = append(errs, f.Close())
		}
		return errors.Join(errs...)
	}
	for _, output := range o.outputs {
		format, path, toFile := strings.Cut(output, "=")
		dst, options := stdout, report.Options{Quiet: o.quiet, Color: o.color(stdout)}
		if _, err := report.New(format, io.Discard, options); err != nil {
			return nil, closeAll, fmt.Errorf("--output: %w", err)
		}
		if toFile {
			f, err := os.Create(path)
			if err != nil {
				return nil, closeAll, fmt.Errorf("--output: %w", err)
			}
			files = append(files, f)
			dst, options.Color = f, false
		}
		w, err := report.New(format, dst, options)
		if err != nil {
			return nil, closeAll, err
		}
		writers = append(writers, w)
	}
	return writers, closeAll, nil
}

func (o *checkOptions) color(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && !o.noColor && os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(f.Fd()))
}

const noConfig = `no configuration: there is no cmkgate.yaml in this folder or above, and no --config.
Write one that names your region and your key:
  {apiVersion: cmkgate.io/v1alpha1, kind: Config, aws: {region: eu-west-1, accountID: "111122223333"}, defaultKeys: [{arn: "arn:aws:kms:eu-west-1:111122223333:key/KEY-ID"}]}`

func loadConfig(path string) (*config.Config, error) {
	if path == "" {
		found, err := config.Find(".")
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New(noConfig)
		}
		if err != nil {
			return nil, err
		}
		path = found
	}
	return config.LoadFile(path, policies.All())
}

// withoutInjection switches injection off in every policy and override.
func withoutInjection(s policies.Settings) policies.Settings {
	switched := make(map[policies.ID]policies.PolicySettings, len(s.Policies))
	for id, p := range s.Policies {
		p.Inject = false
		switched[id] = p
	}
	s.Policies = switched
	overrides := make([]policies.Override, len(s.Overrides))
	for i, o := range s.Overrides {
		changes := make(map[policies.ID]policies.PolicyOverride, len(o.Policies))
		for id, c := range o.Policies {
			c.Inject = nil
			changes[id] = c
		}
		o.Policies = changes
		overrides[i] = o
	}
	s.Overrides = overrides
	return s
}
