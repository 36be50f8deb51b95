package sequences

import (
	"fmt"
	"slices"
	"strings"
)

// verb is what an operation does.
type verb string

// What people do. All but doApply and what follows is one request.
const (
	doNothing           verb = ""
	doCreate            verb = "create"
	doApply             verb = "apply"
	doServerSideApply   verb = "server-side-apply"
	doReplace           verb = "replace"
	doPatch             verb = "patch"
	doDelete            verb = "delete"
	doDryRun            verb = "dry-run"
	doAnnotateNamespace verb = "annotate-namespace"
	doSelectRole        verb = "select-role"
	// doExist makes a resource in AWS that Kubernetes knows nothing of.
	doExist verb = "exist-in-aws"
)

// What happens to cmkgate and the controllers, for all sequences of a batch.
const (
	doAudit              verb = "audit"
	doEnforce            verb = "enforce"
	doStopWebhook        verb = "stop-webhook"
	doStartWebhook       verb = "start-webhook"
	doStopControllers    verb = "stop-controllers"
	doStartControllers   verb = "start-controllers"
	doRestartControllers verb = "restart-controllers"
	// doUseSelectors restarts the controllers so that they find other accounts' roles by IAMRoleSelectors.
	doUseSelectors verb = "use-selectors"
)

func (v verb) isGlobal() bool {
	switch v {
	case doAudit, doEnforce, doStopWebhook, doStartWebhook, doStopControllers, doStartControllers, doRestartControllers, doUseSelectors:
		return true
	default:
		return false
	}
}

// operation is one step of a sequence. In whatever is sent, $S stands for the side that plays it: names in AWS start
// with it.
type operation struct {
	Do verb `json:"do"`
	// As is the user, other than the administrator.
	As string `json:"as,omitempty"`
	// Manifests are what is created, applied or replaced.
	Manifests []map[string]any `json:"manifests,omitempty"`
	// Object is what is patched or deleted: KIND/NAME, more of them after spaces.
	Object string `json:"object,omitempty"`
	// Patch is a merge patch; Subresource is what of the object it changes.
	Patch       map[string]any `json:"patch,omitempty"`
	Subresource string         `json:"subresource,omitempty"`
	// Annotations are those of the namespace; null takes one away.
	Annotations map[string]any `json:"annotations,omitempty"`
	// Kind, Name and Key are the resource that exists in AWS. Members stand over what is known of the kind.
	Kind    string         `json:"kind,omitempty"`
	Name    string         `json:"name,omitempty"`
	Key     string         `json:"key,omitempty"`
	Members map[string]any `json:"members,omitempty"`

	// Expect is what cmkgate must answer, in fixed sequences: admitted; quiet, admitted without a warning about a key;
	// warned; denied; reported, one of these two. Each may have a text that the answer contains (denied: TEXT). Nothing:
	// whatever it is.
	Expect string `json:"expect,omitempty"`
	// AWS are the changes that AWS must have made by the end of the step, where given.
	AWS *[]string `json:"aws,omitempty"`
}

// parts are the requests that the operation consists of.
func (o *operation) parts() []operation {
	var out []operation
	for _, m := range o.Manifests {
		part := *o
		part.Manifests = []map[string]any{m}
		out = append(out, part)
	}
	for object := range strings.FieldsSeq(o.Object) {
		part := *o
		part.Object = object
		out = append(out, part)
	}
	if len(out) == 0 {
		out = append(out, *o)
	}
	return out
}

// sequence is what is played, with the seed that it comes from or the name of its file.
type sequence struct {
	name       string
	seed       int64
	about      string
	operations []operation
}

// globals are the operations that all sequences of a batch must share, by their place.
func (s sequence) globals() string {
	var b strings.Builder
	for i, o := range s.operations {
		if o.Do.isGlobal() {
			fmt.Fprintf(&b, "%d:%s ", i, o.Do)
		}
	}
	return b.String()
}

func (s sequence) needsTemplates() bool {
	return slices.ContainsFunc(s.operations, func(o operation) bool { return o.Do == doExist })
}
