package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/check"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/cluster"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

// evalOptions is what the commands that evaluate manifests share: their flags, and
// the start of a run.
type evalOptions struct {
	config      string
	namespace   string
	schema      string
	ignore      []string
	noGitIgnore bool
	noInject    bool
	quiet       bool
	noColor     bool
	concurrency int

	cluster bool
	kubectl cluster.Kubectl
}

// evalFlags adds the flags of every command that evaluates.
func (o *evalOptions) evalFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.config, "config", "", "the configuration `file`; by default the nearest cmkgate.yaml, from the working directory upward")
	flags.StringVarP(&o.namespace, "namespace", "n", "", "the `namespace` of objects that set none")
	flags.StringVar(&o.schema, "schema", string(check.SchemaEnforce), "mode of the policy schema, for objects that ACK's CRDs do not allow: enforce, warn or off")
	flags.BoolVar(&o.noColor, "no-color", false, "no colors (also with the variable NO_COLOR)")
	flags.BoolVar(&o.cluster, "cluster", false, "also use what is in a cluster (read-only, through kubectl)")
	flags.StringVar(&o.kubectl.Context, "context", "", "with --cluster: the `context` of the kubeconfig; by default the current one")
	flags.StringVar(&o.kubectl.Kubeconfig, "kubeconfig", "", "with --cluster: the kubeconfig `file`; by default kubectl's")
	flags.IntVar(&o.concurrency, "concurrency", runtime.GOMAXPROCS(0), "how many files to check at a time")
	completeFiles(cmd, "config", "yaml", "yml")
	completeFlag(cmd, "schema", oneOf(schemaModes()...))
}

func schemaModes() []string {
	return []string{string(check.SchemaEnforce), string(check.SchemaWarn), string(check.SchemaOff)}
}

// readingFlags adds the flags of every command that reads files and folders.
func (o *evalOptions) readingFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.ignore, "ignore", nil, "exclude what matches the `PATTERN`, as in a .gitignore in the working directory; repeatable")
	flags.BoolVar(&o.noGitIgnore, "no-gitignore", false, "also check what Git ignores in directories")
}

// injectionFlag adds the flag of the commands that tell what the webhook would set.
func (o *evalOptions) injectionFlag(flags *pflag.FlagSet) {
	flags.BoolVar(&o.noInject, "no-inject", false, "check as if the webhook set nothing: keys must be in the manifests")
}

// begin prepares the checker and its input, which the caller closes.
func (o *evalOptions) begin(cmd *cobra.Command, args []string) (*check.Checker, *manifest.Input, error) {
	c, err := o.checker(cmd.Context())
	if err != nil {
		return nil, nil, err
	}
	input, err := o.input(args, cmd.InOrStdin())
	return c, input, err
}

// ask lets the checker use the cluster.
func (o *evalOptions) ask(ctx context.Context, c *check.Checker) (err error) {
	if c.Namespace == "" {
		if c.Namespace, err = o.kubectl.Namespace(ctx); err != nil {
			return fmt.Errorf("cluster: %w", err)
		}
	}
	var facts []manifest.Fact
	known := false
	c.Live = func(survey *manifest.FactReader) (_ []manifest.Fact, err error) {
		if !known { // fix learns twice, of the same cluster
			facts, err = cluster.Facts(ctx, o.kubectl, survey, c.ACKNamespace)
			known = err == nil
		}
		return facts, err
	}
	return nil
}

// checker prepares the checker.
func (o *evalOptions) checker(ctx context.Context) (*check.Checker, error) {
	cfg, err := loadConfig(o.config)
	if err != nil {
		return nil, err
	}
	return o.checkerFor(ctx, cfg)
}

// checkerFor is checker with a configuration that was read before.
func (o *evalOptions) checkerFor(ctx context.Context, cfg *config.Config) (*check.Checker, error) {
	if !slices.Contains(schemaModes(), o.schema) {
		return nil, fmt.Errorf("--schema %q: want enforce, warn or off", o.schema)
	}
	if !o.cluster && o.kubectl != (cluster.Kubectl{}) {
		return nil, errors.New("--context and --kubeconfig choose a cluster: add --cluster, or omit them")
	}
	evaluator, err := o.evaluator(cfg.Settings)
	if err != nil {
		return nil, err
	}
	c := &check.Checker{
		Evaluator: evaluator, Schemas: schema.New(), Schema: check.SchemaMode(o.schema), Namespace: o.namespace,
		ACKNamespace: cfg.ACKNamespace, Workers: max(o.concurrency, 1),
	}
	if o.cluster {
		err = o.ask(ctx, c)
	}
	return c, err
}

// input is what the arguments of a command name.
func (o *evalOptions) input(args []string, stdin io.Reader) (*manifest.Input, error) {
	input := &manifest.Input{Paths: args, Ignore: o.ignore, NoGitIgnore: o.noGitIgnore}
	var err error
	if slices.Contains(args, manifest.Stdin) {
		input.Stdin, err = manifest.NewSpool(stdin)
	}
	return input, err //nolint:wrapcheck // it names standard input
}

func (o *evalOptions) evaluator(settings policies.Settings) (*policies.Evaluator, error) {
	if o.noInject {
		settings = withoutInjection(settings)
	}
	evaluator, err := policies.New(policies.All(), settings)
	if err != nil {
		return nil, fmt.Errorf("prepare the policies: %w", err)
	}
	return evaluator, nil
}

func (o *evalOptions) progress(stderr io.Writer) *progress {
	if o.quiet || !isTerminal(stderr) {
		return nil
	}
	return newProgress(stderr)
}
