package webhook

import (
	"context"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// Mutate sets the organization's default keys on a new object that lacks them,
// and restores keys that an update omits.
//
// Default keys are set on CREATE only: on an existing object the key would show
// in etcd and never reach AWS. ACK sends Create with the object as it was before
// its own finalizer patch, and most kinds cannot change a key at all.
func (r *Reviewer) Mutate(ctx context.Context, req admission.Request) admission.Response {
	v := r.begin(ctx, "mutate", &req)
	if !v.knownOperation() {
		return v.malformed(fmt.Errorf("request.operation: unknown operation %q", req.Operation))
	}
	if !v.writes() || !v.applies() || v.byController() {
		return v.skip()
	}
	if err := v.readObjects(); err != nil {
		return v.malformed(err)
	}
	if req.Operation == admissionv1.Update {
		return v.restore()
	}
	return v.inject()
}

func (v *review) inject() admission.Response {
	result := v.Evaluator.Review(v.question(true), v.interruptible(v.World.Now()))
	edits := result.Edits
	if v.ctx.Err() != nil {
		return v.tooLate()
	}
	if len(edits) == 0 {
		v.decided(decisionAllowed, nil, nil)
		return allowed()
	}
	resp := allowed()
	resp.Patches = Patch(v.object.Root, edits)
	if !result.Denied { // of an object that is not stored, nothing was set
		resp.Warnings = editWarnings("cmkgate set ", edits)
	}
	resp.AuditAnnotations = map[string]string{"injected": editSummary(edits)}
	v.decided(decisionInjected, nil, edits)
	return resp
}

func (v *review) restore() admission.Response {
	edits := v.Evaluator.Review(v.question(true), v.interruptible(v.World.Now())).Edits
	if v.ctx.Err() != nil {
		return v.tooLate()
	}
	if len(edits) == 0 {
		v.decided(decisionAllowed, nil, nil)
		return allowed()
	}
	resp := allowed()
	resp.Patches = Patch(v.object.Root, edits)
	resp.Warnings = editWarnings("cmkgate restored what the update omits: ", edits)
	resp.AuditAnnotations = map[string]string{"restored": editSummary(edits)}
	v.decided(decisionRestored, nil, edits)
	return resp
}
