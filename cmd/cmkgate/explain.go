package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/markdown"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/config/nearest"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain POLICY",
		Short: "What a policy requires, why, and how to satisfy it",
		Long: `explain shows what a policy requires, why, how to satisfy it, an example before and after, the
rules of AWS and others that it satisfies, and the fields that it checks.
It also accepts the label at the end of a finding: sagemaker-volume-key/missing.`,
		Example: `  cmkgate explain sagemaker-volume-key
  cmkgate explain s3-bucket-key/aws-managed`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("explain: pass one policy: %s", strings.Join(policyIDs(), ", "))
			}
			return nil
		},
		ValidArgsFunction: completePolicy,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := findPolicy(args[0])
			if err != nil {
				return err
			}
			style := markdown.Style{Width: 100, Color: wantsColor(cmd.OutOrStdout(), false)}
			return explain(cmd.OutOrStdout(), style, p)
		},
	}
}

// findPolicy takes a policy's ID or the label of a finding.
func findPolicy(word string) (*policies.Policy, error) {
	id, _, _ := strings.Cut(word, "/")
	all := explained()
	if i := slices.IndexFunc(all, func(p policies.Policy) bool { return p.ID == id }); i >= 0 {
		return &all[i], nil
	}
	message := fmt.Sprintf("explain: there is no policy %q.", id)
	if name := nearest.Of(id, policyIDs()); name != "" {
		message += fmt.Sprintf(" Did you mean %s?", name)
	}
	return nil, errors.New(message + " The policies are " + strings.Join(policyIDs(), ", ") + ".")
}

// explained are the policies, and the schema, which has findings like a policy.
func explained() []policies.Policy {
	return append(policies.All(), policies.Policy{
		ID: schema.ID, Title: schema.Title, Doc: schema.Doc, Default: policies.Enforce,
		Protects: "every field that a policy checks: what the API server rejects or drops protects nothing",
	})
}

func policyIDs() []string {
	var ids []string
	for _, p := range explained() {
		ids = append(ids, p.ID)
	}
	return ids
}

func explain(w io.Writer, style markdown.Style, p *policies.Policy) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", p.ID, p.Title)
	fmt.Fprintf(&b, "Protects %s.\n\nDefault mode: %s; %s.\n\n%s\n", p.Protects, p.Default, injection(p), p.Doc)
	explainExample(&b, p)
	explainControls(&b, p)
	out := style.Render(b.String())
	if fields := catalog.FieldsOf(p.ID); len(fields) > 0 {
		b.Reset()
		for _, f := range fields {
			fmt.Fprintf(&b, "  %-34s %s\n", f.Kind.Name, f.Path)
		}
		out += "\n" + style.Bold("Fields") + "\n\n" + b.String()
	}
	if _, err := io.WriteString(w, out); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	return nil
}

func explainExample(b *strings.Builder, p *policies.Policy) {
	example := policies.ExampleOf(p.ID)
	if example.Before == "" {
		return
	}
	outcome := map[policies.Mode]string{policies.Enforce: "denied", policies.Warn: "a warning"}[p.Default]
	if outcome == "" {
		outcome = "reported once the policy is enabled"
	}
	fmt.Fprintf(b, "\n## Example\n\nBefore (%s):\n\n```yaml\n%s```\n\nAfter:\n\n```yaml\n%s```\n", outcome, example.Before, example.After)
}

// explainControls says which rules of others an object satisfies with the policy.
func explainControls(b *strings.Builder, p *policies.Policy) {
	controls := policies.Controls(p.ID)
	if len(controls) == 0 {
		return
	}
	b.WriteString("\n## Compliance\n\nAn object that satisfies the policy also satisfies these rules:\n\n")
	for _, c := range controls {
		fmt.Fprintf(b, "- %s %s: %s\n", c.Framework, c.ID, c.Asks)
	}
}

func injection(p *policies.Policy) string {
	if p.Injects {
		return "a missing key is set at admission"
	}
	return "nothing is set at admission"
}
