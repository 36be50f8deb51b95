package webhook

import (
	"time"
	"unicode/utf8"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/cmkgate/cmkgate/policies"
)

// decided records a decision: metrics, one log line, and the span where the
// request is traced. Field values are not logged, only paths: one may be a
// secret, wherever it stands.
func (v *review) decided(d decision, findings []policies.Finding, edits []policies.Edit) {
	v.Metrics.request(v, d)
	v.Metrics.found(v, d, findings)
	v.Metrics.edited(v, d, edits)
	v.trace(d, findings)
	fields := []any{
		"webhook", v.webhook,
		"decision", string(d),
		"operation", string(v.request.Operation),
		"group", v.object.Group,
		"kind", v.object.Kind,
		"namespace", clip(v.object.Namespace),
		"name", clip(v.object.Name),
		"user", clip(v.request.UserInfo.Username),
		"uid", clip(string(v.uid())),
		"dryRun", v.request.DryRun != nil && *v.request.DryRun,
		"durationSeconds", time.Since(v.started).Seconds(),
	}
	if len(findings) > 0 {
		fields = append(fields, "findings", findingLabels(findings))
	}
	if len(edits) > 0 {
		fields = append(fields, string(d), paths(edits))
	}
	v.Log.Info("decision", fields...)
}

// skip lets through requests that no policy applies to.
func (v *review) skip() admission.Response {
	v.Metrics.request(v, decisionPassed)
	v.trace(decisionPassed, nil)
	if log := v.Log.V(1); log.Enabled() {
		log.Info("skipped", "webhook", v.webhook, "operation", string(v.request.Operation),
			"kind", clip(v.request.Kind.Kind), "subresource", clip(v.request.SubResource),
			"namespace", clip(v.request.Namespace), "name", clip(v.request.Name), "user", clip(v.request.UserInfo.Username))
	}
	return allowed()
}

func paths(edits []policies.Edit) []string {
	out := make([]string, 0, min(len(edits), maxLines))
	for _, e := range edits[:min(len(edits), maxLines)] {
		out = append(out, clip(e.Path.String()))
	}
	return out
}

// maxText is longer than any name in Kubernetes; it bounds log lines about
// reviews that no API server sent.
const maxText = 512

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
