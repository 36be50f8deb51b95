package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/fix"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/krm"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

const fnHelp = `fn is a KRM function: kustomize, kpt and other tools call it with a ResourceList on standard input
and read one from standard output.

  fn fix     the default: fixes what cmkgate fix would, and fails on what is left to deny
  fn check   changes nothing, and fails on what the webhook would deny

The functionConfig is the configuration, as in cmkgate.yaml, with the metadata that a function needs.
Without a functionConfig of kind Config, --config or the nearest cmkgate.yaml is used.

The results have severity, object, field, file and proposed value: error for what the webhook would
deny, warning, and info for what is set at admission, was fixed, or is only reported. Errors also go
to standard error, and make the exit code 1.

    # cmkgate.yaml, last under transformers: in kustomization.yaml
    apiVersion: cmkgate.io/v1alpha1
    kind: Config
    metadata:
      name: cmkgate
      annotations:
        config.kubernetes.io/function: |
          exec: {path: cmkgate, args: [fn, check]}
    aws: {region: eu-west-1}
    defaultKeys: [{arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"}]

Exit codes: 0 no enforced findings left; 1 enforced findings; 2 invalid input, usage or configuration;
3 internal error.`

const fnExamples = `  kustomize build --enable-alpha-plugins --enable-exec overlays/prod
  kpt fn eval deploy --exec "cmkgate fn check --config cmkgate.yaml"`

func newFn() *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:       "fn [fix|check]",
		Short:     "Fix or check as a KRM function for kustomize or kpt",
		Long:      fnHelp,
		Example:   fnExamples,
		ValidArgs: []string{"fix", "check"},
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.function(cmd, slices.Contains(args, "check"))
		},
	}
	o.injectionFlag(cmd.Flags())
	o.evalFlags(cmd)
	return cmd
}

func (o *evalOptions) function(cmd *cobra.Command, judgeOnly bool) error {
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
	c, err := o.checkerFor(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	out, err := (&fix.Fixer{Checker: c, JudgeOnly: judgeOnly, Writes: true}).ResourceList(data)
	if err != nil {
		return err //nolint:wrapcheck // it says what could not be done
	}
	return o.answer(cmd, list, out)
}

// functionConfig is the configuration: that of the functionConfig unless a flag
// names another, or it is of another kind.
func (o *evalOptions) functionConfig(list *krm.ResourceList) (*config.Config, error) {
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

// answer writes the ResourceList with what was done and what is left.
func (o *evalOptions) answer(cmd *cobra.Command, list *krm.ResourceList, out fix.Piece) error {
	var results []krm.Result
	for i := range out.Fixes {
		f := &out.Fixes[i]
		results = append(results, list.Result(krm.Info, f.Done, f.At, &f.Result))
	}
	options := report.Options{Color: wantsColor(cmd.ErrOrStderr(), o.noColor)}
	failed := false
	for i := range out.Left {
		l := &out.Left[i]
		severity := krm.SeverityOf(&l.Result)
		results = append(results, list.Result(severity, message(l), l.At, &l.Result))
		if severity == krm.Error {
			failed = true
			cmd.PrintErr(report.Line(&l.Result, options))
		}
	}
	for i := range out.Problems {
		cmd.PrintErrln(out.Problems[i])
		results = append(results, krm.Result{Message: out.Problems[i].String(), Severity: krm.Error})
	}
	text, err := krm.WithResults(out.After, results)
	if err != nil {
		return fmt.Errorf("the fixed ResourceList: %w", err)
	}
	if _, err := cmd.OutOrStdout().Write(text); err != nil {
		return fmt.Errorf("write the ResourceList: %w", err)
	}
	switch {
	case len(out.Problems) > 0:
		return exitError(exitBadInput)
	case failed:
		return exitError(exitFindings)
	}
	return nil
}

func message(l *fix.Left) string {
	if l.Why == nil {
		return l.Message
	}
	return strings.TrimSpace(l.Message + " Left alone: " + l.Why.Error() + ". " + l.Patch)
}
