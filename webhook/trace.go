package webhook

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"

	"github.com/cmkgate/cmkgate/policies"
)

// trace records the decision in the span. Like the log it has no field values.
func (v *review) trace(d decision, findings []policies.Finding) {
	if !v.span.IsRecording() {
		return
	}
	v.span.SetAttributes(
		attribute.String("cmkgate.decision", string(d)),
		attribute.StringSlice("cmkgate.policies", found(findings)),
		attribute.String("cmkgate.operation", clip(string(v.request.Operation))),
		attribute.String("cmkgate.uid", clip(string(v.uid()))),
		attribute.Bool("cmkgate.dry_run", v.request.DryRun != nil && *v.request.DryRun),
		attribute.String("cmkgate.object.group", clip(v.request.Kind.Group)),
		attribute.String("cmkgate.object.kind", clip(v.request.Kind.Kind)),
		attribute.String("cmkgate.object.name", clip(v.objectName())),
		attribute.String("k8s.namespace.name", clip(v.request.Namespace)),
	)
	if d == decisionError {
		v.span.SetStatus(codes.Error, "bad admission review")
	}
}

// objectName is the name that the object has, or that the request says.
func (v *review) objectName() string {
	if v.object.Name != "" {
		return v.object.Name
	}
	return v.request.Name
}

// found returns the policies with findings, in alphabetical order.
func found(findings []policies.Finding) []string {
	ids := make([]string, 0, len(findings))
	for i := range findings {
		ids = append(ids, findings[i].Policy)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
