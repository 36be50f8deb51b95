package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// The versions of the ACK controllers whose CRDs the catalog is held against.
const (
	sagemakerController = "v1.8.2"
	s3Controller        = "v1.3.2"
)

// stamped is the version that a release build sets (-ldflags "-X main.stamped=v1.2.3").
var stamped string //nolint:gochecknoglobals // the linker sets it, nothing else does

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
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
			v := newVersionInfo()
			switch format {
			case "text":
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "cmkgate %s (%s, %s)\nknows the fields of ACK's sagemaker-controller %s and s3-controller %s\n",
					v.Version, v.Go, v.Platform, v.SageMakerController, v.S3Controller)
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

func newVersionInfo() versionInfo {
	v := versionInfo{
		Version: stamped, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		SageMakerController: sagemakerController, S3Controller: s3Controller,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if v.Version == "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Revision = s.Value
		}
	}
	if v.Version == "" {
		v.Version = "(devel)"
	}
	return v
}

func unknownFormat(cmd *cobra.Command, format string, known ...string) error {
	return fmt.Errorf("%s: unknown format %q; want one of %s", cmd.Name(), format, strings.Join(known, ", "))
}
