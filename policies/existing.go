package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// ackFinalizers start the finalizers of both controllers. ACK sets one just
// before it creates the resource in AWS; its status comes later than its first
// writes to the spec, so the finalizer is the earliest sign.
const ackFinalizers = "finalizers."

// prescribeForExisting is the remedy for a key that an update changes on a
// resource that exists in AWS and cannot take another: any other key than the
// one it has would end in an ACK.Terminal condition, the default key included.
func (e *evaluation) prescribeForExisting(finding *Finding, f *field) bool {
	if e.old == nil || f.Mutable || !e.existsInAWS() {
		return false
	}
	kind := indefinite(e.object.Kind)
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
	if e.old == nil || e.old.Find(path).Str() == value.Str() || e.awaitsLateInitialization(f) {
		return Finding{}, false
	}
	finding := Finding{Reason: Immutable, Path: path.Clone(), Problem: "this key would never reach AWS."}
	wrong := e.prescribeForExisting(&finding, f)
	return finding, wrong
}

// takenBack is the finding for a key that an update takes from a resource that
// ACK has given up on: that is how a person recovers from a key that was added
// by hand. The condition is only what the cluster says, and so may be wrong.
func (e *evaluation) takenBack(f *field, path tree.Path) (Finding, bool) {
	if e.old == nil || f.Mutable || e.old.Find(path).Missing() || !e.existsInAWS() || !e.before().terminal {
		return Finding{}, false
	}
	return Finding{
		Reason:  Unverifiable,
		Path:    path.Clone(),
		Problem: "ACK has given up on this resource (ACK.Terminal), so whether AWS encrypts it with the key that is taken back cannot be seen.",
		Remedy:  "Make sure that the resource is under a customer-managed key in AWS, or create it under a new name.",
	}, true
}

// The conditions of the ACK runtime (apis/core/v1alpha1/conditions.go).
const (
	terminalCondition        = "ACK.Terminal"
	lateInitializedCondition = "ACK.LateInitialized"
)

// awaitsLateInitialization tells whether ACK is yet to write the key that AWS
// has into the field. It does so under any user name (EKS runs it under one of
// its own), and must not be stopped.
func (e *evaluation) awaitsLateInitialization(f *field) bool {
	return f.lateInitialized && e.old != nil && e.existsInAWS() && !e.before().lateInitialized
}

func hasCondition(root *tree.Node, name string) bool {
	conditions := root.Get("status").Get("conditions")
	for i := range conditions.Len() {
		if c := conditions.At(i); c.Get("type").Str() == name && c.Get("status").Str() == "True" {
			return true
		}
	}
	return false
}

// isDeleting tells whether an object is on its way out. One that is yet to be
// created is not: the API server takes the mark from it.
func isDeleting(object *Object) bool {
	return !object.Planned && !object.Root.Get("metadata").Get("deletionTimestamp").Missing()
}

// known is what the object says of its resource before an update. It is asked
// for each field, and the lists that it stands in are as long as a person likes.
type known struct{ exists, terminal, lateInitialized bool }

func (e *evaluation) before() *known {
	if e.known == nil {
		e.known = &known{
			exists:          hasFinalizer(e.old),
			terminal:        hasCondition(e.old, terminalCondition),
			lateInitialized: hasCondition(e.old, lateInitializedCondition),
		}
	}
	return e.known
}

func (e *evaluation) existsInAWS() bool { return e.before().exists }

// hasFinalizer tells whether an object has a finalizer of ACK, which it sets
// just before it creates the resource in AWS.
func hasFinalizer(root *tree.Node) bool {
	finalizers := root.Get("metadata").Get("finalizers")
	for i := range finalizers.Len() {
		name := finalizers.At(i).Str()
		if strings.HasPrefix(name, ackFinalizers) && strings.Contains(name, ".services.k8s.aws/") {
			return true
		}
	}
	return false
}

// LosesFinalizer tells whether an update takes ACK's finalizer from a resource
// that ACK looks after, as kubectl replace does: ACK then takes the resource for
// somebody else's, for ever (ACK.Terminal, "Resource already exists").
func LosesFinalizer(object, old *tree.Node) bool {
	return old != nil && !isDeleting(&Object{Root: object}) && isKnownToACK(old.Get("status")) && hasFinalizer(old) && !hasFinalizer(object)
}
