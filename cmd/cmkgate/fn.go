package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/krm"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

const fnHelp = `fn is a KRM function: kustomize, kpt and other tools call it with a ResourceList on standard input
and take the one on standard output.

  fn fix     the default: puts right what cmkgate fix would, and fails on what is left to deny
  fn check   changes nothing, and fails on what the webhook would deny

The functionConfig is the configuration, as in cmkgate.yaml, with the metadata that a function needs.
Without one of the kind Config, --config or the nearest cmkgate.yaml counts.

What is found is in the results, with severity, object, field, file and proposed value: error for
what the webhook would deny, warning, and info for what is set at admission, was put right, or is
only told. Errors are on standard error too, and make the exit code 1.

    # cmkgate.yaml, named last under transformers: in kustomization.yaml
    apiVersion: cmkgate.io/v1alpha1
    kind: Config
    metadata:
      name: cmkgate
      annotations:
        config.kubernetes.io/function: |
          exec: {path: cmkgate, args: [fn, check]}
    aws: {region: eu-west-1}
    defaultKeys: [{arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"}]

Exit codes: 0 nothing that is enforced is left; 1 findings; 2 bad input, usage or configuration;
3 internal error.`

const fnExamples = `  kustomize build --enable-alpha-plugins --enable-exec overlays/prod
  kpt fn eval deploy --exec "cmkgate fn check --config cmkgate.yaml"`

func newFn() *cobra.Command {
	var o judging
	cmd := &cobra.Command{
		Use:       "fn [fix|check]",
		Short:     "Fix or judge as a KRM function of kustomize or kpt",
		Long:      fnHelp,
		Example:   fnExamples,
		ValidArgs: []string{"fix", "check"},
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.function(cmd, slices.Contains(args, "check"))
		},
	}
	o.injectionFlag(cmd.Flags())
	o.judgingFlags(cmd)
	return cmd
}

func (o *judging) function(cmd *cobra.Command, judgeOnly bool) error {
	data, err := io.ReadAll(cmd.InOrStdin())
	if err != nil {
		return fmt.Errorf("standard input cannot be read: %w", err)
	}
	list, err := krm.Read(data)
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	cfg, err := o.functionConfig(list)
	if err != nil {
		return err
	}
	c, err := o.checkerFor(cmd.Context(), cfg, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	out, err := (&fixer{checker: c, judgeOnly: judgeOnly, writes: true}).resourceList(data)
	if err != nil {
		return err
	}
	return o.answer(cmd, list, out)
}

// functionConfig is the configuration: that of the functionConfig unless a flag
// names another, or it is of another kind.
func (o *judging) functionConfig(list *krm.ResourceList) (*config.Config, error) {
	if o.config != "" {
		return loadConfig(o.config)
	}
	text, ok, err := list.Config("cmkgate.io", "Config")
	if err != nil {
		return nil, fmt.Errorf("functionConfig: %w", err)
	}
	if !ok {
		return loadConfig("")
	}
	return config.Load("functionConfig", text, policies.All()) //nolint:wrapcheck // it names the functionConfig and the field
}

// resourceList judges and fixes the items of one document by all of them.
func (f *fixer) resourceList(data []byte) (fixed, error) {
	stdin, err := manifest.NewSpool(bytes.NewReader(data))
	if err != nil {
		return fixed{}, err //nolint:wrapcheck // it names standard input
	}
	defer stdin.Close()
	input := &manifest.Input{Paths: []string{manifest.Stdin}, Stdin: stdin}
	known, err := f.learn(input, nil)
	if err != nil {
		return fixed{}, err
	}
	if !f.judgeOnly {
		if known, err = f.foresee(input, known); err != nil {
			return fixed{}, err
		}
	}
	var splitter manifest.Splitter
	return f.piece("stdin", 0, data, &splitter, known), nil
}

// answer writes the ResourceList with what was done and what is left.
func (o *judging) answer(cmd *cobra.Command, list *krm.ResourceList, out fixed) error {
	var results []krm.Result
	for i := range out.fixes {
		f := &out.fixes[i]
		results = append(results, list.Result(krm.Info, f.done, f.at, &f.Result))
	}
	options := report.Options{Color: wantsColor(cmd.ErrOrStderr(), o.noColor)}
	failed := false
	for i := range out.left {
		l := &out.left[i]
		severity := krm.SeverityOf(&l.Result)
		results = append(results, list.Result(severity, l.message(), l.at, &l.Result))
		if severity == krm.Error {
			failed = true
			cmd.PrintErr(report.Line(&l.Result, options))
		}
	}
	for i := range out.problems {
		cmd.PrintErrln(out.problems[i])
		results = append(results, krm.Result{Message: out.problems[i].String(), Severity: krm.Error})
	}
	text, err := krm.WithResults(out.after, results)
	if err != nil {
		return fmt.Errorf("the fixed ResourceList: %w", err)
	}
	if _, err := cmd.OutOrStdout().Write(text); err != nil {
		return fmt.Errorf("write the ResourceList: %w", err)
	}
	switch {
	case len(out.problems) > 0:
		return exitError(exitBadInput)
	case failed:
		return exitError(exitFindings)
	}
	return nil
}

func (l *left) message() string {
	if l.why == nil {
		return l.Message
	}
	return strings.TrimSpace(l.Message + " Left alone: " + l.why.Error() + ". " + l.patch)
}
