package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
)

// completion offers what can stand in a place; the shell keeps what fits.
type completion func() []cobra.Completion

// completeFlag tells shells what a flag takes. Behind = they offer files.
func completeFlag(cmd *cobra.Command, flag string, offer completion) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if strings.Contains(typed, "=") {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return offer(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag is not there: a mistake in this program
	}
}

func completeFiles(cmd *cobra.Command, flag string, endings ...string) {
	if err := cmd.MarkFlagFilename(flag, endings...); err != nil {
		panic(err) // likewise
	}
}

func oneOf(words ...string) completion { return func() []cobra.Completion { return words } }

func formatNames() []cobra.Completion {
	var out []cobra.Completion
	for _, f := range report.Formats() {
		out = append(out, cobra.CompletionWithDesc(f.Name, f.For))
	}
	return out
}

// completePolicy offers policies to the one argument of a command.
func completePolicy(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	if len(args) == 0 {
		for _, p := range explained() {
			out = append(out, cobra.CompletionWithDesc(p.ID, p.Title))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
