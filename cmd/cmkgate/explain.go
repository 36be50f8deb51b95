package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:     "explain POLICY",
		Short:   "What a policy asks, why, and how to satisfy it",
		Example: "  cmkgate explain sagemaker-volume-key",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("explain: name one policy: %s", strings.Join(policyIDs(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			// A label of a finding (policy/reason) is as good as the policy.
			id, _, _ := strings.Cut(args[0], "/")
			for _, p := range policies.All() {
				if p.ID == id {
					_, err := fmt.Fprint(cmd.OutOrStdout(), explain(p))
					return err //nolint:wrapcheck // writing to the terminal
				}
			}
			return fmt.Errorf("explain: there is no policy %q; want one of %s", id, strings.Join(policyIDs(), ", "))
		},
	}
}

func policyIDs() []string {
	var ids []string
	for _, p := range policies.All() {
		ids = append(ids, p.ID)
	}
	return ids
}

func explain(p policies.Policy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nProtects %s.\nDefault mode: %s%s\n\n%s\n", p.ID, p.Title, p.Protects, p.Default, injection(p), p.Doc)
	if fields := catalog.FieldsOf(p.ID); len(fields) > 0 {
		b.WriteString("\nFields:\n")
		for _, f := range fields {
			fmt.Fprintf(&b, "  %-34s %s\n", f.Kind.Name, f.Path)
		}
	}
	return b.String()
}

func injection(p policies.Policy) string {
	if p.Injects {
		return ", a missing key is set at admission"
	}
	return ", nothing is set at admission"
}
