package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/internal/version"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

type versionInfo struct {
	version.Build
	// Controllers are those of ACK whose fields are known, with their releases.
	Controllers map[string]string `json:"controllers"`
}

func newVersion() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "The version of cmkgate, and of the ACK controllers that it knows",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, known := versionInfo{version.Current(), map[string]string{}}, []string{}
			for _, s := range catalog.Services() {
				v.Controllers[s.Controller()] = s.Release
				known = append(known, s.Controller()+" "+s.Release)
			}
			switch format {
			case "text":
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "cmkgate %s\nknows the fields of ACK's %s\n", v.Build, strings.Join(known, ", "))
				return err //nolint:wrapcheck // writing to the terminal
			case "json":
				return printJSON(cmd.OutOrStdout(), v)
			}
			return unknownFormat(cmd, format, "text", "json")
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "`FORMAT`: text or json")
	return cmd
}

func unknownFormat(cmd *cobra.Command, format string, known ...string) error {
	return fmt.Errorf("%s: unknown format %q; want one of %s", cmd.Name(), format, strings.Join(known, ", "))
}
