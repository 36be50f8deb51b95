package check

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
)

// fillInFirst says how to check a value that a later step fills in, "" if only
// a person can.
func fillInFirst(problem string) string {
	switch {
	case strings.Contains(problem, "{{"):
		return " To check what Helm fills in: helm template CHART | cmkgate check -"
	case strings.Contains(problem, "${"):
		return " To check what Flux or envsubst fill in: flux build kustomization NAME --path DIR | cmkgate check -"
	}
	return ""
}

// Templates are those of one file.
type Templates struct {
	// found is set once a result was made of one, denied once such a result is denied.
	found, denied bool
}

// Sort takes apart what the YAML reader did not take: templates, which cannot
// be evaluated here, and what is broken. A template that may become an object of
// ACK must not look like a pass: it is denied where it names one of ACK's
// groups, a warning where it leaves open what it is.
func (t *Templates) Sort(all []manifest.Problem, source string) (results []report.Result, problems []manifest.Problem) {
	for _, p := range all {
		r := report.Result{
			File: p.File, Line: p.Line, Column: p.Column,
			Policy: schema.ID, Reason: policies.Unverifiable, Message: p.Text,
		}
		switch p.Template {
		case manifest.NoTemplate:
			if source != "" {
				p.Text += " It was rendered from " + source + "."
			}
			problems = append(problems, p)
			continue
		case manifest.OtherTemplate:
			continue
		case manifest.OpenTemplate:
			r.Mode = policies.Warn
		case manifest.ACKTemplate:
			r.Mode = policies.Enforce
		}
		if !t.found || r.Mode == policies.Enforce && !t.denied { // once a file
			results = append(results, r)
		}
		t.found, t.denied = true, t.denied || r.Mode == policies.Enforce
	}
	return results, problems
}

// outside warns about what a kustomization adds from outside the given manifests.
func outside(d *manifest.Document, parsed *manifest.Parsed, folders []string) []report.Result {
	var out []report.Result
	for _, o := range d.Outside(parsed, folders) {
		out = append(out, report.Result{
			File: d.File, Line: o.Line, Column: o.Column,
			Policy: schema.ID, Reason: schema.Partial, Mode: policies.Warn,
			Message: fmt.Sprintf("%q is not among the manifests, so what this kustomization builds from it was not checked."+
				" To check the whole: kustomize build %s | cmkgate check -", o.Name, filepath.Dir(d.File)),
		})
	}
	return out
}

// rendered names the template in what was found since.
func (out *outcome) rendered(since *outcome, template string) {
	if template == "" {
		return
	}
	for _, list := range [][]report.Result{out.Results[len(since.Results):], out.Passed[len(since.Passed):], out.objects[len(since.objects):]} {
		for i := range list {
			list[i].File, list[i].Rendered = template, list[i].File
		}
	}
}
