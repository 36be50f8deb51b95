package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/internal/version"
)

// The versions of the ACK controllers whose CRDs the catalog is held against.
const (
	sagemakerController = "v1.8.2"
	s3Controller        = "v1.3.2"
)

type versionInfo struct {
	version.Build
	// The controllers whose fields are known.
	SageMakerController string `json:"sagemakerController"`
	S3Controller        string `json:"s3Controller"`
}

func newVersion() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "The version of cmkgate, and of the ACK controllers that it knows",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := versionInfo{Build: version.Current(), SageMakerController: sagemakerController, S3Controller: s3Controller}
			switch format {
			case "text":
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "cmkgate %s\nknows the fields of ACK's sagemaker-controller %s and s3-controller %s\n",
					v.Build, v.SageMakerController, v.S3Controller)
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
