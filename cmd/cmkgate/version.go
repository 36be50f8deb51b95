package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// The versions of the ACK controllers whose CRDs the catalog is held against.
const (
	sagemakerController = "v1.8.2"
	s3Controller        = "v1.3.2"
)

func newVersion() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "The version of cmkgate, and of the ACK controllers that it knows",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := struct {
				Version             string `json:"version"`
				SageMakerController string `json:"sagemakerController"`
				S3Controller        string `json:"s3Controller"`
			}{version(), sagemakerController, s3Controller}
			switch format {
			case "text":
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "cmkgate %s\nknows the fields of ACK's sagemaker-controller %s and s3-controller %s\n",
					v.Version, v.SageMakerController, v.S3Controller)
				return err //nolint:wrapcheck // writing to the terminal
			case "json":
				return printJSON(cmd.OutOrStdout(), v)
			}
			return fmt.Errorf("version: unknown format %q; want text or json", format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "`FORMAT`: text or json")
	return cmd
}

// version is the module version, as go install and release builds stamp it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
