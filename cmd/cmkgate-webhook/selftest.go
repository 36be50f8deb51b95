package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/cmkgate/cmkgate/cmd/cmkgate-webhook/internal/selftest"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

const selftestUsage = `cmkgate-webhook selftest shows that the API server calls cmkgate: it sends an object
without keys and one with an AWS-managed key as dry runs, and checks the answers
against the configuration. The chart runs it as its test.

Usage:
  cmkgate-webhook selftest --config cmkgate.yaml --namespace NAME

Flags:
`

func selftestCommand() command {
	return command{selftestUsage, func(fs *flag.FlagSet) func(context.Context, io.Writer) error {
		var file, kubeconfig string
		var test selftest.Test
		addConfig(fs, &file)
		fs.StringVar(&test.Namespace, "namespace", "", "`namespace` that the objects are sent to")
		fs.DurationVar(&test.Timeout, "timeout", 100*time.Second, "how long to wait for the expected answers")
		addKubeconfig(fs, &kubeconfig)
		return func(ctx context.Context, out io.Writer) error {
			if test.Namespace == "" {
				return errors.New("--namespace is missing: set one that cmkgate applies to")
			}
			cfg, err := config.LoadFile(file, policies.All())
			if err != nil {
				return err
			}
			if test.Evaluator, err = policies.New(policies.All(), cfg.Settings); err != nil {
				return fmt.Errorf("prepare the policies: %w", err)
			}
			client, err := restConfig(kubeconfig)
			if err != nil {
				return err
			}
			client.WarningHandler = rest.NoWarnings{} // the test says itself what was set
			if test.Client, err = dynamic.NewForConfig(client); err != nil {
				return fmt.Errorf("create a client for the API server: %w", err)
			}
			return test.Run(ctx, out)
		}
	}}
}
