package policies

import "github.com/cmkgate/cmkgate/policies/tree"

// Operation is what is done to the object of a review.
type Operation int

// The operations.
const (
	// OperationCreate is for an object that does not exist yet.
	OperationCreate Operation = iota
	// OperationUpdate is for one that exists, with its old self beside it.
	OperationUpdate
	// OperationAudit is for one that exists and that nobody is about to change.
	OperationAudit
)

// Review is a question about one object.
type Review struct {
	Object Object
	// Old is the object before an update; nil otherwise.
	Old       *tree.Node
	Operation Operation
	// EditsOnly asks for the edits alone, and on a creation whether they are enough.
	// Policies that have a say in neither are not asked.
	EditsOnly bool
}

// Result is the answer.
type Result struct {
	// Findings are in the order of policies and fields. Those of an update are what it introduces.
	Findings []Finding
	// Edits are what the webhook makes of the object: on a creation the keys that
	// it sets; on an update those that it keeps, which are looked for where only the
	// edits are asked for or the update would be denied; in an audit none.
	Edits []Edit
	// Denied reports whether the object is denied even with the edits made.
	Denied bool
}

// Review answers what is wrong with an object. One that is being deleted is never
// wrong, and one without a spec has only what can be said of its annotations.
// A nil world knows nothing.
func (e *Evaluator) Review(r Review, world World) Result {
	rules := e.byKind[r.Object.kind()]
	r.Object.Planned = r.Operation == OperationCreate
	if len(rules) == 0 || isDeleting(&r.Object) {
		return Result{}
	}
	if world == nil {
		world = Nowhere{}
	}
	switch r.Operation {
	case OperationUpdate:
		return e.reviewUpdate(rules, &r, world)
	case OperationAudit:
		findings := merged(e.judge(rules, r.Object, question{audit: true}, world, world.Roles()))
		return Result{Findings: findings, Denied: Enforced(findings)}
	case OperationCreate:
	}
	return e.reviewCreate(rules, &r, world)
}
