package check

import (
	"cmp"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

// Findings are what is wrong with an object, and whether it is one of a supported kind.
func (c *Checker) Findings(o *manifest.Object, known *Known) (violations []schema.Violation, findings []policies.Finding, ours bool) {
	patchOf := known.patches.Of(o.File)
	violations, ours = c.shape(o, patchOf)
	if !ours {
		return violations, nil, false
	}
	o.Namespace = cmp.Or(o.Namespace, c.Namespace)
	findings = c.Evaluator.Review(policies.Review{Object: o.Object}, known.world).Findings
	if patchOf != "" {
		findings = said(o.Root, findings)
	}
	violations, findings = schema.Merge(violations, findings)
	return violations, findings, true
}

func (c *Checker) evaluateObject(o *manifest.Object, known *Known, out *outcome) {
	violations, findings, ours := c.Findings(o, known)
	if len(violations) == 0 && catalog.Uncovered(o.Group) { // no misspelled group
		if out.uncovered == nil {
			out.uncovered = map[string]int{}
		}
		out.uncovered[o.Kind+"."+o.Group]++
	}
	if ours {
		out.evaluated++
		if known.patches.Of(o.File) == "" {
			out.objects = append(out.objects, report.NewObject(o))
		}
		if len(violations)+len(findings) == 0 {
			out.Passed = append(out.Passed, report.NewObject(o))
		}
	}
	for i := range violations {
		r := c.result(o, &violations[i].Finding)
		if r.Reason == schema.UnknownField {
			r.Line, r.Column = o.NamePosition(violations[i].Path)
			end := o.End(r.Line, r.Column)
			r.EndLine, r.EndColumn = end.Line, end.Column
		}
		out.Results = append(out.Results, r)
	}
	for i := range findings {
		out.Results = append(out.Results, c.result(o, &findings[i]))
	}
}

func (c *Checker) result(o *manifest.Object, f *policies.Finding) report.Result {
	r := report.NewResult(o, f)
	if f.Reason == policies.Placeholder {
		r.Message += fillInFirst(f.Problem)
	}
	if c.Changes {
		r.Changes = changes(o, f.Fix)
	}
	return r
}
