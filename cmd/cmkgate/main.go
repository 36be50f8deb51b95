// Command cmkgate checks and fixes ACK manifests offline, by the
// policies that the webhook enforces in a cluster.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/parallel"
)

// The exit codes, as documented in --help.
const (
	exitClean    = 0
	exitFindings = 1
	exitBadInput = 2
	exitInternal = 3
)

// exitError carries an exit code; all messages have already been printed.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() {
	setGCPercent(gcPercent)
	os.Exit(runAs(os.Args[0], os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// gcPercent lets the heap grow to two and a half times what is in use before
// the garbage collector runs. A check holds very little at a time: 10,000 jobs
// take 30 MB, as files and as one stream, and a tenth less time than with 100.
const gcPercent = 150

func setGCPercent(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// run is the program without the process around it.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	return runAs("cmkgate", args, stdin, stdout, stderr)
}

// runAs runs the program under a name: help shows how it was called.
func runAs(program string, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	root := newRoot()
	if name := calledAs(program); name != root.Name() {
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: name}
		rename(root, name)
	}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	var err error
	if panicked := parallel.Catch(func() { err = root.Execute() }); panicked != nil {
		err = panicked
	}
	var exit exitError
	var panicked *parallel.PanicError
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &panicked):
		root.PrintErrf("cmkgate: internal error: %v\nThis is a defect of cmkgate, not of your manifests. Please report it with the lines above.\n", panicked)
		return exitInternal
	}
	root.PrintErrln("cmkgate:", err)
	return exitBadInput
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "cmkgate",
		Short: "Make sure that what ACK creates is encrypted with your own KMS keys",
		Long: `cmkgate evaluates manifests of ACK's SageMaker and S3 kinds by the same policies as the
admission webhook: everything must be encrypted with a customer-managed KMS key.

It reads the organization's configuration from --config, or from the nearest cmkgate.yaml
in the working directory or above: the same file that the webhook reads.

Exit codes: 0 no enforced findings, 1 enforced findings, 2 invalid input, usage or
configuration, 3 internal error.`,
		Example: `  cmkgate check deploy/                  check the manifests in a directory
  helm template chart | cmkgate check -  check the output of a chart
  cmkgate fix --write deploy/            apply the fixes that cmkgate can derive
  cmkgate init                           write a first cmkgate.yaml
  cmkgate explain sagemaker-volume-key   why a key is required, and where
  cmkgate catalog                        every key field`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%s: %w; see %s --help", cmd.Name(), err, cmd.CommandPath())
	})
	root.AddCommand(newCheck(), newFix(), newFn(), newInit(), newExplain(), newPolicies(), newCatalog(), newVersion(), newDocs())
	return root
}

// calledAs is what people type: kubectl runs the program kubectl-cmkgate as a
// plug-in, kubectl cmkgate.
func calledAs(program string) string {
	base := strings.TrimSuffix(filepath.Base(program), ".exe")
	if plugin, ok := strings.CutPrefix(base, "kubectl-"); ok {
		return "kubectl " + plugin
	}
	return "cmkgate"
}

// rename writes a name into the examples of a command and of those below it.
func rename(cmd *cobra.Command, name string) {
	cmd.Example = strings.ReplaceAll(cmd.Example, "cmkgate ", name+" ")
	for _, c := range cmd.Commands() {
		rename(c, name)
	}
}
