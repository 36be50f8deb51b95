package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
)

// fillInFirst tells how to judge a value that a later step fills in, "" where a
// person has to.
func fillInFirst(problem string) string {
	switch {
	case strings.Contains(problem, "{{"):
		return " What Helm fills in is judged behind it: helm template CHART | cmkgate check -"
	case strings.Contains(problem, "${"):
		return " What Flux or envsubst fill in is judged behind them: flux build kustomization NAME --path DIR | cmkgate check -"
	}
	return ""
}

// unparsed takes in what the YAML reader did not take: templates, which cannot
// be judged here, and what is broken. A template that may become an object of
// ACK must not look like a pass: it is denied where it names one of ACK's
// groups, a warning where it leaves open what it is.
func (out *outcome) unparsed(problems []manifest.Problem, source string) {
	for _, p := range problems {
		r := report.Result{
			File: p.File, Line: p.Line, Column: p.Column,
			Policy: schema.ID, Reason: policies.Unverifiable, Message: p.Text,
		}
		switch p.Template {
		case manifest.NoTemplate:
			if source != "" {
				p.Text += " It was rendered from " + source + "."
			}
			out.problems = append(out.problems, p)
			continue
		case manifest.OtherTemplate:
			continue
		case manifest.OpenTemplate:
			r.Mode = policies.Warn
		case manifest.ACKTemplate:
			r.Mode = policies.Enforce
		}
		if !out.template || r.Mode == policies.Enforce && !out.denied { // once a file
			out.results = append(out.results, r)
		}
		out.template, out.denied = true, out.denied || r.Mode == policies.Enforce
	}
}

// outside warns of what a kustomization adds to the manifests at hand.
func (out *outcome) outside(d *manifest.Document, folders []string) {
	for _, o := range d.Outside(folders) {
		out.results = append(out.results, report.Result{
			File: d.File, Line: o.Line, Column: o.Column,
			Policy: schema.ID, Reason: schema.Partial, Mode: policies.Warn,
			Message: fmt.Sprintf("%q is not among the manifests, so what this kustomization builds from it was not judged."+
				" Judge the whole: kustomize build %s | cmkgate check -", o.Name, filepath.Dir(d.File)),
		})
	}
}

// rendered names the template in what was found since.
func (out *outcome) rendered(since *outcome, template string) {
	if template == "" {
		return
	}
	for _, list := range [][]report.Result{out.results[len(since.results):], out.passed[len(since.passed):], out.objects[len(since.objects):]} {
		for i := range list {
			list[i].File, list[i].Rendered = template, list[i].File
		}
	}
}
