package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

const checkConfigUsage = `cmkgate-webhook check-config reports the problems of a configuration file. The chart
runs it before an installation or an upgrade changes anything.

Usage:
  cmkgate-webhook check-config --config cmkgate.yaml

Flags:
`

func checkConfigCommand() command {
	return command{checkConfigUsage, func(fs *flag.FlagSet) func(context.Context, io.Writer) error {
		var file string
		addConfig(fs, &file)
		return func(_ context.Context, out io.Writer) error {
			cfg, err := config.LoadFile(file, policies.All())
			if err != nil {
				return err
			}
			if _, err := policies.New(policies.All(), cfg.Settings); err != nil {
				return fmt.Errorf("prepare the policies: %w", err)
			}
			fmt.Fprintf(out, "%s is valid; its hash is %s\n", file, cfg.Hash) //nolint:errcheck // a log that is gone is not a failure
			return nil
		}
	}}
}
