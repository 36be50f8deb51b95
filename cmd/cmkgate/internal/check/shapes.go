package check

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// SchemaMode is what becomes of objects that ACK's CRDs do not allow.
type SchemaMode string

// The modes: denied, a warning, or not looked for.
const (
	SchemaEnforce SchemaMode = "enforce"
	SchemaWarn    SchemaMode = "warn"
	SchemaOff     SchemaMode = "off"
)

// shape returns what the API server would not take of an object, and whether
// the object is one of a supported kind. PatchOf names the kustomization that
// applies the object as a patch.
func (c *Checker) shape(o *manifest.Object, patchOf string) (violations []schema.Violation, ours bool) {
	violations, ours = c.Schemas.Check(&o.Object, patchOf != "")
	switch c.Schema {
	case SchemaEnforce:
	case SchemaOff:
		return nil, ours
	case SchemaWarn:
		for i := range violations {
			violations[i].Mode = policies.Warn
		}
	}
	if ours && patchOf != "" {
		violations = append(violations, partial(patchOf))
	}
	return violations, ours
}

// partial says how much of a patch was checked.
func partial(kustomization string) schema.Violation {
	return schema.Violation{Finding: policies.Finding{
		Policy: schema.ID, Reason: schema.Partial, Mode: policies.Audit, Path: tree.Path{tree.Key("metadata"), tree.Key("name")},
		Problem: fmt.Sprintf("%s applies this as a patch, so only its own content was checked.", kustomization),
		Remedy:  fmt.Sprintf("To check the whole: kustomize build %s | cmkgate check -", filepath.Dir(kustomization)),
	}}
}

// said omits the findings about what an object does not contain.
func said(root *tree.Node, findings []policies.Finding) []policies.Finding {
	return slices.DeleteFunc(findings, func(f policies.Finding) bool {
		return f.Reason == policies.Missing || root.Find(f.Path).Absent()
	})
}
