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
	judging
	outputs []string
	failOn  string
}

const checkHelp = `check judges manifests as the webhook would: multi-document YAML and JSON, Lists included.
Objects of other controllers are passed over. A folder stands for the *.yaml, *.yml and *.json
files in it and below; in a Git repository what Git ignores and does not track is left out. Globs
are for where no shell expands them: 'deploy/**/*.yaml'.

What manifests say of each other counts, in whatever order and files they stand: an Endpoint is
judged by the EndpointConfig that it names, and an object by its Namespace's labels and
annotations. What is not among the manifests cannot be seen; where an answer depends on it, the
finding is called unverifiable. With --cluster what is in a cluster counts too: cmkgate reads, with
your kubectl and never writing, its Namespaces, the EndpointConfigs, Domains, Buckets and other
kinds by which objects are judged, and what chooses ACK's roles. What the manifests bring takes the
place of what is there.

Objects of the two groups are also held against ACK's CRDs, as no API server does it here: what
it would refuse is a finding of the policy "schema", denied like any other, and so is a key in a
field that ACK does not have (kmsKeyId). What a newer ACK may know is a warning. With --schema warn
nothing of it is denied, with --schema off it is not looked for; cmkgate explain schema tells more.

A file that a kustomization among the manifests applies as a patch is judged by what it says, not by
what it leaves to its base. Two documents with the same name are told as a remark.

A key that is missing but that the webhook sets by itself is told as "set at admission" and does
not fail the check: the webhook would admit the object. With --no-inject it counts, so that every
key must be in the manifests.

Results go to standard output, everything else to standard error. Line and column are those of the
field, or of its nearest parent where it is missing.

Exit codes: 0 nothing that is enforced was found; 1 findings; 2 bad input (what could be read was
still judged), usage or configuration; 3 internal error.`

const checkExamples = `  cmkgate check .                                    everything below this folder
  helm template chart | cmkgate check -              what a chart renders
  kustomize build overlays/prod | cmkgate check -    what a kustomization builds
  cmkgate check -o text -o json=cmkgate.json deploy/ for people, and for a program
  cmkgate check --cluster --context prod deploy/     with what is in the cluster
  cmkgate check --no-inject deploy/                  every key must be in Git`

func newCheck() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:     "check PATH|-...",
		Short:   "Judge manifests: files, folders, or - for standard input",
		Long:    checkHelp,
		Example: checkExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("check: name the files or folders to judge (cmkgate check .), or - for standard input")
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
	o.judgingFlags(cmd)
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

// remark tells that nothing was judged, in case the folder is the wrong one.
func remark(cmd *cobra.Command, input *manifest.Input, s *report.Summary) {
	if s.Files+s.Errors > 0 {
		return
	}
	cmd.PrintErrln("cmkgate: no manifests (*.yaml, *.yml, *.json) found")
	if input.Ignored > 0 {
		cmd.PrintErrln("cmkgate: .gitignore leaves out what is there; --no-gitignore judges it too")
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
