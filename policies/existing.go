package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// prescribeForExisting is the remedy for a key of a resource that exists in AWS
// and cannot take another: any other key than the one it has would end in an
// ACK.Terminal condition, the default key included.
func (e *evaluation) prescribeForExisting(finding *Finding, f *field) bool {
	if f.Mutable || !e.existing() {
		return false
	}
	kind := indefinite(e.object.Kind)
	if e.old == nil {
		finding.Remedy = fmt.Sprintf("The key of %s that exists cannot be set or changed: create it under a new name and without ACK's finalizer, or adopt it (%s: adopt, without a spec).", kind, ack.AdoptionPolicyKey)
		return true
	}
	old := e.old.Find(finding.Path)
	if old.Missing() {
		finding.Remedy = fmt.Sprintf("Remove the field: the key of %s that exists cannot be changed. For a key, create it under a new name.", kind)
		finding.Fix = []Edit{{Path: finding.Path}}
		return true
	}
	finding.Remedy = fmt.Sprintf("Set it back to %s: the key of %s that exists cannot be changed. For another key, create it under a new name.", quote(old.Text()), kind)
	finding.Fix = []Edit{{Path: finding.Path, Value: old.Text()}}
	return true
}

// changedKey is the finding for a good key that cannot reach AWS any more.
func (e *evaluation) changedKey(f *field, path tree.Path, value *tree.Node) (Finding, bool) {
	if e.old == nil || e.old.Find(path).Str() == value.Str() {
		return Finding{}, false
	}
	if e.awaitsLateInitialization(f) {
		return lateInitialized(path), true
	}
	finding := Finding{Reason: Immutable, Path: path.Clone(), Problem: "this key would never reach AWS."}
	wrong := e.prescribeForExisting(&finding, f)
	return finding, wrong
}

// awaitsLateInitialization reports whether ACK is yet to write the key that AWS
// has into the field. It does so under any user name (EKS runs it under one of
// its own); a write of that kind that is denied leaves the object in
// ACK.Terminal for good.
func (e *evaluation) awaitsLateInitialization(f *field) bool {
	return f.lateInitialized && !f.Mutable && e.existing() && !e.before().lateInitialized
}

// prior is what is asked of the object before an update.
type prior struct {
	managed, lateInitialized, sameName bool
	// recovers: the update only takes keys back from a resource that ACK has seen
	// in AWS and has given up on.
	recovers bool
}

func (e *evaluation) before() *prior {
	if e.prior == nil {
		old := ack.Object{Kind: e.kind(), Root: e.old}
		e.prior = &prior{
			managed:         old.Managed(),
			lateInitialized: old.HasCondition(ack.LateInitializedCondition),
			sameName:        ack.SameName(e.state, old),
			recovers:        e.old != nil && e.recovers(old),
		}
	}
	return e.prior
}

// lateInitialized reports a key that ACK may have read from AWS, or a person
// may have written, which would never reach AWS.
func lateInitialized(path tree.Path) Finding {
	return Finding{
		Reason:  Unverifiable,
		Path:    path.Clone(),
		Problem: "ACK writes this field from what AWS has (late initialization), so cmkgate cannot tell whether this key is the one in AWS.",
		Remedy:  "Do not set the key of a resource that exists: it never reaches AWS.",

		neverDenies: true,
	}
}

// takenBack is the finding for a key that an update takes from a resource that
// ACK has given up on: that is how a person recovers from a key that was added
// by hand.
func (e *evaluation) takenBack(f *field, path tree.Path) (Finding, bool) {
	if e.old == nil || f.Mutable || e.old.Find(path).Missing() || !e.before().recovers {
		return Finding{}, false
	}
	return Finding{
		Reason:  Unverifiable,
		Path:    path.Clone(),
		Problem: "ACK has given up on this resource (ACK.Terminal), so cmkgate cannot see whether AWS encrypts it with the key that is being removed.",
		Remedy:  "Make sure that the resource is under a customer-managed key in AWS, or create it under a new name.",
	}, true
}

// recovers reports whether an update only takes keys back from a resource that
// ACK has seen in AWS and has given up on. Anything else that changes with them
// could be what makes ACK create the resource without the keys.
func (e *evaluation) recovers(before ack.Object) bool {
	return before.Managed() && e.facts.Managed && before.Known() && before.Terminal() &&
		sameBut(e.object.Root.Get("spec"), e.old.Get("spec"), e.keysBelow("spec")) && sameACKAnnotations(e.object.Root, e.old)
}

// keysBelow returns where the kind has keys, from a field on.
func (e *evaluation) keysBelow(name string) []tree.Path {
	var keys []tree.Path
	for _, rule := range e.byKind[e.kind()] {
		for i := range rule.fields {
			keys = append(keys, rule.fields[i].path)
		}
	}
	return under(keys, name)
}

func sameACKAnnotations(a, b *tree.Node) bool {
	return coversACKAnnotations(a, b) && coversACKAnnotations(b, a)
}

func coversACKAnnotations(a, b *tree.Node) bool {
	annotations, others := a.Get("metadata").Get("annotations"), b.Get("metadata").Get("annotations")
	for i := range annotations.Len() {
		if n := annotations.At(i); strings.HasPrefix(n.Key(), ackAnnotations) && !tree.Equal(n, others.Get(n.Key())) {
			return false
		}
	}
	return true
}

const ackAnnotations = "services.k8s.aws/"

// isDeleting reports whether an object is on its way out. One that is yet to be
// created is not: the API server takes the mark from it.
func isDeleting(object *Object) bool { return !object.Planned && object.ack().Deleting() }

// LosesFinalizer reports whether an update removes ACK's finalizer from a
// resource that ACK manages, as kubectl replace does.
func LosesFinalizer(object Object, old *tree.Node) bool {
	before := object
	before.Root = old
	return old != nil && ack.LosesFinalizer(object.ack(), before.ack())
}
