// Command cmkgate judges ACK manifests offline by the policies that the
// webhook enforces in a cluster.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// The exit codes, as documented in --help.
const (
	exitClean    = 0
	exitFindings = 1
	exitBadInput = 2
	exitInternal = 3
)

// exitError carries an exit code; what is to be said has been said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the program without the process around it.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(stderr, "cmkgate: internal error: %v\n%s", r, debug.Stack()) //nolint:errcheck // nowhere else to say it
			code = exitInternal
		}
	}()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var exit exitError
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintln(stderr, "cmkgate:", err) //nolint:errcheck // nowhere else to say it
	return exitBadInput
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "cmkgate",
		Short: "Make sure that what ACK creates is encrypted with your own KMS keys",
		Long: `cmkgate judges manifests of ACK's SageMaker and S3 kinds by the same policies as the
admission webhook: everything is encrypted with a customer-managed KMS key.

Exit codes: 0 nothing that is enforced was found, 1 findings, 2 bad input, usage or
configuration, 3 internal error.`,
		Example: `  cmkgate check deploy/                  judge the manifests of a folder
  helm template chart | cmkgate check -  judge what a chart renders
  cmkgate explain sagemaker-volume-key   why a key is asked for, and where`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newCheck(), newExplain(), newPolicies(), newCatalog(), newVersion())
	return root
}
