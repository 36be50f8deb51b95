package policies

import (
	"fmt"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// mostPlaces bounds the places of one object that one policy checks, and with
// them its findings. No resource that AWS accepts has as many: a bucket has at
// most 1,000 replication rules and 1,000 inventories (S3 user guide, "Replication
// configuration", "Amazon S3 Inventory"), and nothing else comes near that.
const mostPlaces = 2500

// budget counts the places that a policy has checked in an object.
type budget struct{ spent int }

// Interruptible is a World whose caller may stop waiting for the answer. An
// evaluation stops soon after; what it returns then is not the whole.
type Interruptible interface {
	World
	// Interrupted reports whether nobody waits for the answer any more.
	Interrupted() bool
}

// checksPlace reports whether one more place may be checked.
func (e *evaluation) checksPlace() bool {
	const interval = 64
	if e.budget.exceeded() {
		return false
	}
	e.budget.spent++
	if e.budget.spent%interval == 0 && e.interrupted() {
		e.budget.spent = mostPlaces + 1
	}
	return !e.budget.exceeded()
}

func (e *evaluation) interrupted() bool {
	w, ok := e.world.(Interruptible)
	return ok && w.Interrupted()
}

func (b budget) exceeded() bool { return b.spent > mostPlaces }

// reportUnchecked reports that a policy has not checked the whole object. The
// finding is in the mode of the policy, so that what is enforced stays enforced.
// On an update it is omitted only where the spec stays what it is, because what
// changes in the rest nobody sees.
func (e *evaluation) reportUnchecked() {
	if !e.budget.exceeded() || e.old != nil && tree.Equal(e.object.Root.Get("spec"), e.old.Get("spec")) {
		return
	}
	e.report(Finding{
		Reason:  TooLarge,
		Path:    tree.Path{tree.Key("spec")},
		Problem: fmt.Sprintf("there are more than %d places that this policy checks, so cmkgate has not checked the rest.", mostPlaces),
		Remedy:  "Split it into several objects.",
	})
}
