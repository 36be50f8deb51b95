package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/internal/version"
)

type checkOptions struct {
	evalOptions
	outputs []string
	failOn  string
}

const checkHelp = `check evaluates manifests as the webhook would: multi-document YAML and JSON, including Lists.
Objects of other controllers are skipped. For a directory, check reads the *.yaml, *.yml and *.json
files in it and below; in a Git repository it skips files that Git ignores and does not track.
Quote globs to expand them without a shell: 'deploy/**/*.yaml'.

Manifests are evaluated together, in any order and any files: an Endpoint by the EndpointConfig
that it references, and an object by its Namespace's labels and annotations. If a result depends on
something that is not among the manifests, the finding is unverifiable. With --cluster, check also
uses what is in a cluster: cmkgate reads with your kubectl, and never writes, its Namespaces, the
EndpointConfigs, Domains, Buckets and other kinds that objects depend on, and what determines ACK's
roles. The manifests take precedence over what is there.

Objects of ACK's SageMaker and S3 groups are also checked against ACK's CRDs, because there is no
API server here: what it would reject is a finding of the policy "schema", denied like any other,
and so is a key in a field that ACK does not have (kmsKeyId). Fields that a newer ACK might add are
reported as warnings. --schema warn denies none of this, --schema off disables it; see cmkgate
explain schema.

A file that a kustomization among the manifests applies as a patch is checked for what it contains,
not for what it leaves to its base. Documents that define the same object twice get an audit finding.

A missing key that the webhook would set is reported as "set at admission" and does not fail the
check: the webhook would admit the object. With --no-inject it counts, so that every key must be in
the manifests.

Results go to standard output, everything else to standard error. Line and column are those of the
field, or of its nearest parent if it is missing.

Exit codes: 0 no enforced findings; 1 enforced findings; 2 invalid input (what could be read was
still checked), usage or configuration; 3 internal error.`

const checkExamples = `  cmkgate check .                                    everything below this directory
  helm template chart | cmkgate check -              the output of a chart
  kustomize build overlays/prod | cmkgate check -    the output of a kustomization
  cmkgate check -o text -o json=cmkgate.json deploy/ for people, and for a program
  cmkgate check --cluster --context prod deploy/     with what is in the cluster
  cmkgate check --no-inject deploy/                  every key must be in Git`

func newCheck() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:     "check PATH|-...",
		Short:   "Check manifests: files, directories, or - for standard input",
		Long:    checkHelp,
		Example: checkExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("check: pass the files or directories to check (cmkgate check .), or - for standard input")
			}
			return nil
		},
		RunE: o.run,
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(&o.outputs, "output", "o", []string{"text"}, "`FORMAT[=FILE]`, repeatable: "+strings.Join(report.Names(), ", "))
	flags.StringVar(&o.failOn, "fail-on", "enforce", "what makes the exit code 1: enforce, warn or never")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "show only what is denied")
	o.injectionFlag(flags)
	o.readingFlags(flags)
	o.evalFlags(cmd)
	completeFlag(cmd, "output", formatNames)
	completeFlag(cmd, "fail-on", oneOf("enforce", "warn", "never"))
	return cmd
}

func (o *checkOptions) run(cmd *cobra.Command, args []string) error {
	if !slices.Contains([]string{"enforce", "warn", "never"}, o.failOn) {
		return fmt.Errorf("--fail-on %q: want enforce, warn or never", o.failOn)
	}
	c, input, err := o.begin(cmd, args)
	if err != nil {
		return err
	}
	defer input.Close()
	out, err := openOutputs(o.outputs, cmd.OutOrStdout(), report.Options{
		Quiet: o.quiet, Color: wantsColor(cmd.OutOrStdout(), o.noColor), WarningsFail: o.failOn == "warn",
		Rules: explained(), Version: version.Current().Version,
	})
	if err != nil {
		return err
	}
	defer out.discard()
	c.Changes, c.Folders = out.wants("sarif"), args
	out.stderr, out.progress = cmd.ErrOrStderr(), o.progress(cmd.ErrOrStderr())
	summary, err := c.Check(input, out.tell)
	out.progress.clear()
	if err != nil {
		return err //nolint:wrapcheck // it says what could not be done
	}
	if err := out.close(&summary); err != nil {
		return err
	}
	if err := out.keep(); err != nil {
		return err
	}
	remark(cmd, input, &summary)
	return o.verdict(&summary)
}

// remark says that nothing was checked, in case the directory is the wrong one.
func remark(cmd *cobra.Command, input *manifest.Input, s *report.Summary) {
	if s.Files+s.Errors > 0 {
		return
	}
	cmd.PrintErrln("cmkgate: no manifests (*.yaml, *.yml, *.json) found")
	if input.Ignored > 0 {
		cmd.PrintErrln("cmkgate: .gitignore excludes all of them; check them with --no-gitignore")
	}
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
