package webhook

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/cmkgate/cmkgate/policies"
)

// Validate evaluates the final state of an object, after every mutation.
func (r *Reviewer) Validate(ctx context.Context, req admission.Request) admission.Response {
	v := r.begin(ctx, "validate", &req)
	if !v.knownOperation() {
		return v.malformed(fmt.Errorf("request.operation: unknown operation %q", req.Operation))
	}
	if !v.writes() || !v.applies() {
		return v.skip()
	}
	if err := v.readObjects(); err != nil {
		return v.malformed(err)
	}
	result := v.Evaluator.Review(v.question(false), v.interruptible(v.World.Awaiting(ctx)))
	findings := result.Findings
	if ctx.Err() != nil {
		return v.tooLate()
	}
	resp := allowed()
	if len(findings) > 0 {
		resp.AuditAnnotations = map[string]string{"findings": findingSummary(findings)}
	}
	if policies.LosesFinalizer(v.object, v.old) && !v.byController() {
		resp.Warnings = append(resp.Warnings, finalizerWarning(v.object))
	}
	switch {
	case v.byController():
		v.decided(decisionExempt, findings, nil)
	case policies.Enforced(findings) && unmutated(&result):
		resp.Allowed = false
		resp.Result = tryAgain(v.object)
		v.decided(decisionRetry, findings, nil)
	case policies.Enforced(findings):
		resp.Allowed = false
		resp.Result = denial(v.object, findings, v.old != nil)
		v.decided(decisionDenied, findings, nil)
	default:
		resp.Warnings = append(resp.Warnings, findingWarnings(findings)...)
		v.decided(decisionAllowed, findings, nil)
	}
	return resp
}

// unmutated reports whether nothing is wrong with the object but that Mutate has not
// seen it: the API server goes on without an answer that comes too late.
func unmutated(r *policies.Result) bool { return len(r.Edits) > 0 && !r.Denied }
