package webhook

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/policies"
)

// maxLines bounds what one answer says: an object can have a thousand list
// elements that are all wrong in the same way.
const maxLines = 20

// countedFrom is the number of warnings of one kind from which a line with their
// number precedes them. API servers pass on 4,096 characters of warnings (256 of
// each if there are more) and silently drop the rest.
const countedFrom = 10

// denial is the answer to a denied request: one line per finding for people,
// the same as causes for machines.
func denial(object policies.Object, findings []policies.Finding, update bool) *metav1.Status {
	var causes []metav1.StatusCause
	count := 0
	way := "Try it before you apply: cmkgate check FILE."
	for i := range findings {
		f := &findings[i]
		if f.Mode != policies.Enforce {
			continue
		}
		if len(f.Fix) > 0 && !update { // what an update must go back to does not stand in the manifest
			way = "Fix the manifest: cmkgate fix FILE."
		}
		count++
		if count > maxLines {
			continue
		}
		causes = append(causes, metav1.StatusCause{
			Type:    metav1.CauseType(f.Label()),
			Field:   f.Place(),
			Message: strings.TrimSpace(f.Problem + " " + f.Remedy),
		})
	}
	return &metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    http.StatusForbidden,
		Reason:  metav1.StatusReasonForbidden,
		Message: denialText(object, causes, count, way),
		Details: &metav1.StatusDetails{
			Group: object.Group, Kind: object.Kind, Name: object.Name,
			Causes: causes,
		},
	}
}

// tryAgain makes clients retry on their own: the API server turns
// retryAfterSeconds into the header Retry-After, which client-go (kubectl, Helm,
// Argo CD, Flux) heeds up to ten times for a code of 5xx.
func tryAgain(object policies.Object) *metav1.Status {
	return &metav1.Status{
		Status: metav1.StatusFailure,
		Code:   http.StatusServiceUnavailable,
		Reason: metav1.StatusReasonServiceUnavailable,
		Message: fmt.Sprintf("cmkgate could not add default keys to %s %q in time; the manifest is fine. "+
			"Retry. If this keeps happening, contact your cmkgate administrators.", object.Kind, object.Name),
		Details: &metav1.StatusDetails{Group: object.Group, Kind: object.Kind, Name: object.Name, RetryAfterSeconds: 1},
	}
}

func denialText(object policies.Object, causes []metav1.StatusCause, count int, way string) string {
	var b strings.Builder
	changes := "1 change"
	if count > 1 {
		changes = fmt.Sprintf("%d changes", count)
	}
	fmt.Fprintf(&b, "%s %q needs %s before cmkgate admits it:\n", object.Kind, object.Name, changes)
	for _, c := range causes {
		b.WriteString("- " + c.Field + ": " + c.Message + " [" + string(c.Type) + "]\n")
	}
	if more := count - len(causes); more > 0 {
		fmt.Fprintf(&b, "- … and %d more of the same kind.\n", more)
	}
	policy, _, _ := strings.Cut(string(causes[0].Type), "/")
	fmt.Fprintf(&b, "%s More: cmkgate explain %s", way, policy)
	return b.String()
}

// findingWarnings shows what is wrong but not enforced.
func findingWarnings(findings []policies.Finding) []string {
	var out []string
	count := 0
	for i := range findings {
		f := &findings[i]
		if f.Mode != policies.Warn {
			continue
		}
		count++
		if count <= maxLines {
			out = append(out, f.Message()+" ["+f.Label()+"]")
		}
	}
	return counted(out, count, "cmkgate has %d warnings for this object; cmkgate check FILE lists them all")
}

// editWarnings says what cmkgate changed in the object, one line per field.
func editWarnings(lead string, edits []policies.Edit) []string {
	out := make([]string, 0, min(len(edits), maxLines)+1)
	for _, e := range edits[:min(len(edits), maxLines)] {
		out = append(out, lead+e.Path.String()+": "+valueText(e.Value))
	}
	return counted(out, len(edits), lead+"%d fields")
}

// counted prepends the number of warnings if there are many.
func counted(warnings []string, count int, format string) []string {
	if count < countedFrom {
		return warnings
	}
	return slices.Insert(warnings, 0, fmt.Sprintf(format, count))
}

// finalizerWarning is for a replace that drops ACK's finalizer.
func finalizerWarning(object policies.Object) string {
	return fmt.Sprintf("metadata.finalizers: this update removes ACK's finalizer from %s %q, so ACK will treat the AWS resource as not its own (ACK.Terminal). "+
		"Restore the finalizer; next time use kubectl apply, or get, edit and replace.", object.Kind, object.Name)
}

// editSummary is what the audit log has about the fields that were set.
func editSummary(edits []policies.Edit) string {
	lines := make([]string, 0, min(len(edits), maxLines))
	for _, e := range edits[:min(len(edits), maxLines)] {
		lines = append(lines, e.Path.String()+"="+valueText(e.Value))
	}
	return strings.Join(lines, ", ")
}

// valueText is the value of an edit: most are strings.
func valueText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// findingSummary is what the audit log has about findings.
func findingSummary(findings []policies.Finding) string {
	return strings.Join(findingLabels(findings), ", ")
}

func findingLabels(findings []policies.Finding) []string {
	out := make([]string, 0, min(len(findings), maxLines))
	for i := range findings[:min(len(findings), maxLines)] {
		f := &findings[i]
		out = append(out, clip(f.Label()+" "+f.Place()+" ("+string(f.Mode)+")"))
	}
	return out
}
