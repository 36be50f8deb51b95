package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// What --schema takes.
const (
	schemaEnforce = "enforce"
	schemaWarn    = "warn"
	schemaOff     = "off"
)

// shapes holds objects against ACK's CRDs, as strictly as --schema says.
type shapes struct {
	schemas *schema.Schemas
	mode    string
}

// check returns what the API server would not take of an object, and whether
// the object is one of ours. PatchOf names the kustomization that applies the
// object as a patch.
func (s *shapes) check(o *manifest.Object, patchOf string) (breaches []schema.Breach, ours bool) {
	breaches, ours = s.schemas.Check(&o.Object, patchOf != "")
	switch s.mode {
	case schemaOff:
		return nil, ours
	case schemaWarn:
		for i := range breaches {
			breaches[i].Mode = policies.Warn
		}
	}
	if ours && patchOf != "" {
		breaches = append(breaches, partial(patchOf))
	}
	return breaches, ours
}

// partial says how much of a patch was judged.
func partial(kustomization string) schema.Breach {
	return schema.Breach{Finding: policies.Finding{
		Policy: schema.ID, Reason: schema.Partial, Mode: policies.Audit, Path: tree.Path{tree.Key("metadata"), tree.Key("name")},
		Problem: fmt.Sprintf("%s applies this as a patch, so only what it says was judged.", kustomization),
		Remedy:  fmt.Sprintf("Judge the whole: kustomize build %s | cmkgate check -", filepath.Dir(kustomization)),
	}}
}

// said leaves out the findings about what an object does not say.
func said(root *tree.Node, findings []policies.Finding) []policies.Finding {
	return slices.DeleteFunc(findings, func(f policies.Finding) bool {
		return f.Reason == policies.Missing || root.Find(f.Path).Absent()
	})
}

// objects are the places of objects by what makes them one to an API server.
type objects map[identity]place

type identity struct{ group, kind, namespace, name string }

// clone shares no memory with the document that the object stands in.
func (i identity) clone() identity {
	return identity{strings.Clone(i.group), strings.Clone(i.kind), strings.Clone(i.namespace), strings.Clone(i.name)}
}

type place struct {
	file         string
	line, column int
}

// duplicates returns a remark on every object that was seen before.
func (o objects) duplicates(of []report.Result) []report.Result {
	var out []report.Result
	for i := range of {
		r := of[i]
		id := identity{r.Group, r.Kind, r.Namespace, r.Name}
		if r.Name == "" {
			continue
		}
		first, found := o[id]
		if !found {
			o[id.clone()] = place{r.File, r.Line, r.Column}
			continue
		}
		r.Policy, r.Reason, r.Mode = schema.ID, schema.Duplicate, policies.Audit
		r.Message = fmt.Sprintf("this is in %s:%d:%d too, and in one cluster the one that is applied last counts."+
			" If one of them is a patch or an overlay of kustomize, judge what it builds: kustomize build DIR | cmkgate check -",
			first.file, first.line, first.column)
		out = append(out, r)
	}
	return out
}
