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
	kind := e.object.Kind
	old := e.old.Find(finding.Path)
	if old.Missing() {
		finding.Remedy = fmt.Sprintf("Remove the field: the key of a %s that exists cannot be changed. For a key, create it under a new name.", kind)
		finding.Fix = []Edit{{Path: finding.Path}}
		return true
	}
	finding.Remedy = fmt.Sprintf("Set it back to %s: the key of a %s that exists cannot be changed. For another key, create it under a new name.", quote(old.Text()), kind)
	finding.Fix = []Edit{{Path: finding.Path, Value: old.Text()}}
	return true
}

// changedKey is the finding for a good key that cannot reach AWS any more.
func (e *evaluation) changedKey(f *field, path tree.Path, value *tree.Node) (Finding, bool) {
	if e.old == nil || e.old.Find(path).Str() == value.Str() {
		return Finding{}, false
	}
	finding := Finding{Reason: Immutable, Path: path.Clone(), Problem: "this key would never reach AWS."}
	wrong := e.prescribeForExisting(&finding, f)
	return finding, wrong
}

func (e *evaluation) existsInAWS() bool {
	finalizers := e.old.Get("metadata").Get("finalizers")
	for i := range finalizers.Len() {
		name := finalizers.At(i).Str()
		if strings.HasPrefix(name, ackFinalizers) && strings.Contains(name, ".services.k8s.aws/") {
			return true
		}
	}
	return false
}
