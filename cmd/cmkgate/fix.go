package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/fix"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
)

type fixOptions struct {
	evalOptions
	diff, write bool
	only        []string
}

const fixHelp = `fix applies the fixes that cmkgate can derive for the findings of check: it adds missing keys,
replaces a wrong key or setting with what check recommends, or removes what check says to remove.
All other findings are reported in the words of check, for a person to decide.

It shows the changes as a diff that git apply and patch -p1 accept. With --write it changes the
files. Review the diff where a line is replaced: somebody wrote the old one. With --policy it fixes
only the findings of some policies.

Only the bytes that must change do. Comments, order, quotes, indentation, line endings, anchors and
a missing newline at the end stay as they are, in every document and List of a file. The result is
read and checked again before it is written, and must be the original plus the fixes. Files are
replaced atomically, with their mode; a killed process may leave a temporary file called
.FILE.cmkgate-fix, possibly with a number, which may be removed. Symbolic links stay links; their
targets change.

If a change cannot be made safely, fix says why and prints it as a JSON patch: templates, values
that an anchor or merge key shares with other places, comments in the way.

With - the fixed stream goes to standard output and everything else to standard error.

Exit codes: 0 nothing to fix and no enforced findings left (with --write or -: no enforced findings
left); 1 the files need changes, or enforced findings are left to a person; 2 invalid input (what
could be read was still fixed), usage or configuration; 3 internal error.`

const fixExamples = `  cmkgate fix deploy/                        what would change
  cmkgate fix --write deploy/                apply the changes
  cmkgate fix --diff . | git apply           the same through git
  cmkgate fix --policy s3-bucket-key .       only this policy's findings
  kustomize build . | cmkgate fix - | kubectl apply -f -`

// gcPercentOfFix lets the heap grow further than a check does: each document is
// parsed twice, and little of that is in use at a time. 10,000 jobs take 35 MB
// as files and 40 MB as one stream.
const gcPercentOfFix = 200

func newFix() *cobra.Command {
	var o fixOptions
	cmd := &cobra.Command{
		Use:     "fix PATH|-...",
		Short:   "Fix manifests: show the diff, or write the files",
		Long:    fixHelp,
		Example: fixExamples,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return errors.New("fix: pass the files or directories to fix (cmkgate fix .), or - for standard input")
			case len(args) > 1 && slices.Contains(args, manifest.Stdin):
				return errors.New("fix: - cannot be combined with files, because its result goes to standard output; pass either - or files")
			}
			return nil
		},
		RunE: o.run,
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.diff, "diff", false, "show what would change (the default for files)")
	flags.BoolVarP(&o.write, "write", "w", false, "change the files")
	flags.StringArrayVar(&o.only, "policy", nil, "fix only the findings of this `policy`, repeatable")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "show only denied findings that are left, and no fixes")
	o.readingFlags(flags)
	o.evalFlags(cmd)
	cmd.MarkFlagsMutuallyExclusive("diff", "write")
	return cmd
}

func (o *fixOptions) run(cmd *cobra.Command, args []string) error {
	if err := o.validate(); err != nil {
		return err
	}
	setGCPercent(gcPercentOfFix)
	c, input, err := o.begin(cmd, args)
	if err != nil {
		return err
	}
	defer input.Close()
	f := &fix.Fixer{Checker: c, Only: o.only}
	out := o.output(cmd, input)
	f.Writes = out.To != fix.Diff
	known, err := f.CollectFacts(input)
	if err != nil {
		return err //nolint:wrapcheck // it says what could not be done
	}
	if known, err = f.WhenFixed(input, known); err != nil {
		return err //nolint:wrapcheck // likewise
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer out.Discard()
	if err := f.Files(ctx, input, known, out.To == fix.Files, out.tell); err != nil {
		return err //nolint:wrapcheck // likewise
	}
	if err := ctx.Err(); err != nil {
		return errors.New("interrupted: the files above are fixed, the others are unchanged")
	}
	if err := out.close(); err != nil {
		return err
	}
	return out.verdict()
}

// output is where what is fixed goes.
func (o *fixOptions) output(cmd *cobra.Command, input *manifest.Input) *fixOutput {
	out := &fixOutput{
		Sink:   fix.Sink{Out: cmd.OutOrStdout(), Input: input},
		stderr: cmd.ErrOrStderr(), progress: o.progress(cmd.ErrOrStderr()),
		options:     report.Options{Quiet: o.quiet, Color: wantsColor(cmd.OutOrStdout(), o.noColor)},
		stderrColor: wantsColor(cmd.ErrOrStderr(), o.noColor),
	}
	out.Problem = out.problem
	switch {
	case input.Stdin != nil && !o.diff:
		out.To = fix.Stream
	case o.write:
		out.To = fix.Files
		if !o.quiet {
			out.Line = out.fixed
		}
	case out.options.Color:
		out.Out = coloring{out.Out}
	}
	return out
}

func (o *fixOptions) validate() error {
	var ids []policies.ID
	for _, p := range policies.All() {
		ids = append(ids, p.ID)
	}
	ids = append(ids, schema.ID)
	for _, id := range o.only {
		if !slices.Contains(ids, id) {
			return fmt.Errorf("--policy %q: no such policy; want one of %s", id, strings.Join(ids, ", "))
		}
	}
	return nil
}
