package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// catalogRow is one line of `cmkgate catalog -o json`.
type catalogRow struct {
	Group   string          `json:"group"`
	Kind    string          `json:"kind"`
	Path    string          `json:"path,omitempty"`
	Purpose catalog.Purpose `json:"purpose,omitempty"`
	Policy  string          `json:"policy,omitempty"`
	// Protects names the data. Encryption says where that of a kind without a
	// key field comes from, or what becomes of the data whose key ACK does not
	// pass on to AWS (Unreachable).
	Protects   string   `json:"protects,omitempty"`
	Encryption string   `json:"encryption,omitempty"`
	GovernedBy []string `json:"governedBy,omitempty"`
	OnlyIf     string   `json:"onlyIf,omitempty"`
	Accepts    string   `json:"accepts,omitempty"`
	Inject     bool     `json:"inject"`
	Mutable    bool     `json:"mutable"`
	// Unreachable is where the field would be if ACK had it.
	Unreachable string `json:"unreachable,omitempty"`
}

func newCatalog() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Every key field that cmkgate knows",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch format {
			case "text":
				return listCatalog(cmd.OutOrStdout())
			case "json":
				return printJSON(cmd.OutOrStdout(), catalogRows())
			}
			return unknownFormat(cmd, format, "text", "json")
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "`FORMAT`: text or json")
	return cmd
}

func catalogRows() []catalogRow {
	var rows []catalogRow
	for _, f := range catalog.Fields() {
		row := catalogRow{
			Group: f.Kind.Group, Kind: f.Kind.Name, Path: f.Path, Purpose: f.Purpose, Policy: f.Policy,
			Protects: f.Protects, Accepts: f.Accepts.String(), Inject: f.NoInjectReason == "", Mutable: f.Mutable,
		}
		for _, t := range f.InstanceTypes {
			row.GovernedBy = append(row.GovernedBy, t.Path)
		}
		if f.OnlyIf.Path != "" {
			row.OnlyIf = f.OnlyIf.Path + " is " + f.OnlyIf.Equals
		}
		rows = append(rows, row)
	}
	for _, k := range catalog.Keyless() {
		rows = append(rows, catalogRow{Group: k.Kind.Group, Kind: k.Kind.Name, Encryption: k.Encryption})
	}
	for _, u := range catalog.UnreachableFields() {
		rows = append(rows, catalogRow{Group: u.Kind.Group, Kind: u.Kind.Name, Encryption: u.Encryption, Unreachable: u.Path})
	}
	return rows
}

func listCatalog(w io.Writer) error {
	for _, r := range catalogRows() {
		what := r.Path
		switch {
		case r.Unreachable != "":
			what = "not enforceable, ACK has no " + r.Unreachable + "; " + r.Encryption
		case what == "":
			what = "no key of its own: " + r.Encryption
		}
		if _, err := fmt.Fprintf(w, "%-34s %-8s %s\n", r.Kind, r.Purpose, what); err != nil {
			return err //nolint:wrapcheck // writing to the terminal
		}
	}
	return nil
}
