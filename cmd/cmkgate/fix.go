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
	judging
	diff, write bool
	only        []string
}

const fixHelp = `fix puts right in the manifests what check finds and cmkgate knows the answer to: it writes missing
keys, and in the place of a wrong key or setting it writes what check says to write, or removes what
check says to remove. Whatever else is found is told in the words of check, for a person to decide.

It shows what it would change as a diff that git apply and patch -p1 take. With --write it changes
the files. Look at the diff where a line is replaced: somebody wrote the old one. With --policy only
the findings of some policies are put right.

Only the bytes that must change do. Comments, order, quotes, indentation, line endings, anchors and
a missing line break at the end stay as they are, in every document and List of a file. The result
is read and judged again before it is written, and must be what was there plus the fixes. A file is
replaced as a whole, with its mode, or not at all; a temporary file that a killed process leaves is
called .FILE.cmkgate-fix, perhaps with a number, and may be removed. A symbolic link stays, and its target changes.

Where a change cannot be made safely the file says why and the fix comes as a JSON patch: templates,
values that an anchor or merge key shares with other places, comments in the way.

With - the fixed stream goes to standard output and all else to standard error.

Exit codes: 0 nothing to fix and nothing enforced left (with --write or -: nothing enforced left);
1 the files need changes, or something that is enforced is left to a person; 2 bad input (what could
be read was still fixed), usage or configuration; 3 internal error.`

const fixExamples = `  cmkgate fix deploy/                        what would change
  cmkgate fix --write deploy/                change it
  cmkgate fix --diff . | git apply           the same by way of git
  cmkgate fix --policy s3-bucket-key .       only what this policy finds
  kustomize build . | cmkgate fix - | kubectl apply -f -`

// gcPercentOfFix lets the heap grow further than a check does: each document is
// parsed twice, and little of that is in use at a time. 10,000 jobs take 35 MB
// as files and 40 MB as one stream.
const gcPercentOfFix = 200

func newFix() *cobra.Command {
	var o fixOptions
	cmd := &cobra.Command{
		Use:     "fix PATH|-...",
		Short:   "Put manifests right: show the diff, or write the files",
		Long:    fixHelp,
		Example: fixExamples,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return errors.New("fix: name the files or folders to fix (cmkgate fix .), or - for standard input")
			case len(args) > 1 && slices.Contains(args, manifest.Stdin):
				return errors.New("fix: standard input comes alone, because it goes to standard output; name either - or files")
			}
			return nil
		},
		RunE: o.run,
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.diff, "diff", false, "show what would change (the default for files)")
	flags.BoolVarP(&o.write, "write", "w", false, "change the files")
	flags.StringArrayVar(&o.only, "policy", nil, "put right only what this `policy` finds, repeatable")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "of what is left show only what is denied, and of what is fixed nothing")
	o.readingFlags(flags)
	o.judgingFlags(cmd)
	cmd.MarkFlagsMutuallyExclusive("diff", "write")
	return cmd
}

func (o *fixOptions) run(cmd *cobra.Command, args []string) error {
	if err := o.validate(); err != nil {
		return err
	}
	collectSeldom(gcPercentOfFix)
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
		return errors.New("interrupted: the files named above are fixed, the others are as they were")
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
			return fmt.Errorf("--policy %q: there is no such policy; want one of %s", id, strings.Join(ids, ", "))
		}
	}
	return nil
}
