package webhook

import (
	"time"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/cmkgate/cmkgate/policies"
)

// decided records a decision: metrics, and one log line. Field values that
// people wrote are not logged, only paths.
func (v *review) decided(d decision, findings []policies.Finding, edits []policies.Edit) {
	v.Metrics.request(v, d)
	v.Metrics.found(v, findings)
	v.Metrics.edited(v, d, edits)
	fields := []any{
		"webhook", v.webhook,
		"decision", string(d),
		"operation", string(v.request.Operation),
		"group", v.object.Group,
		"kind", v.object.Kind,
		"namespace", v.object.Namespace,
		"name", v.object.Name,
		"user", v.request.UserInfo.Username,
		"uid", string(v.uid()),
		"dryRun", v.request.DryRun != nil && *v.request.DryRun,
		"duration", time.Since(v.started).String(),
	}
	if len(findings) > 0 {
		fields = append(fields, "findings", findingLabels(findings))
	}
	if len(edits) > 0 {
		fields = append(fields, string(d), paths(edits))
	}
	v.Log.Info("decision", fields...)
}

// passOver lets through what no policy looks at.
func (v *review) passOver() admission.Response {
	v.Metrics.request(v, decisionPassed)
	v.Log.V(1).Info("passed over", "webhook", v.webhook, "operation", string(v.request.Operation),
		"kind", v.request.Kind.Kind, "subresource", v.request.SubResource,
		"namespace", v.request.Namespace, "name", v.request.Name, "user", v.request.UserInfo.Username)
	return allowed()
}

func paths(edits []policies.Edit) []string {
	out := make([]string, 0, min(len(edits), maxLines))
	for _, e := range edits[:min(len(edits), maxLines)] {
		out = append(out, e.Path.String())
	}
	return out
}
