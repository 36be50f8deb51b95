package policies

import "github.com/cmkgate/cmkgate/policies/tree"

// adoption is how ACK takes over a resource that exists in AWS already
// (annotations of the ACK runtime, apis/core/v1alpha1/annotations.go).
type adoption uint8

const (
	noAdoption adoption = iota
	// adopt: AWS is the truth; ACK overwrites the whole spec with what it sees,
	// an injected key included.
	adopt
	// adoptOrCreate: the manifest is the truth, applied to a resource that may exist.
	adoptOrCreate
)

const (
	adoptionPolicyKey = "services.k8s.aws/adoption-policy"
	readOnlyKey       = "services.k8s.aws/read-only"
)

func adoptionOf(root *tree.Node) adoption {
	annotations := root.Get("metadata").Get("annotations")
	if annotations.Len() == 0 {
		return noAdoption
	}
	switch {
	case annotations.Get(adoptionPolicyKey).Str() == "adopt", annotations.Get(readOnlyKey).Str() == "true":
		return adopt
	case annotations.Get(adoptionPolicyKey).Str() == "adopt-or-create":
		return adoptOrCreate
	}
	return noAdoption
}

// observes tells whether the spec is what ACK sees in AWS, not what a person
// asks for: until ACK has taken the resource over, which its first status tells.
// ACK then writes the whole spec; a denial of that leaves it in a loop, and
// encrypts nothing.
func (e *evaluation) observes() bool {
	return e.adoption == adopt && (e.old == nil || !isKnownToACK(e.old.Get("status")))
}

// becomesCreation tells whether an update makes ACK create what it was only to
// take over or to look at. Such a spec was never judged, so all of it is now;
// what the status says of it anyone with rights to the status can write.
func becomesCreation(root, old *tree.Node) bool {
	return adoptionOf(old) == adopt && adoptionOf(root) != adopt
}

// isKnownToACK tells by its status whether ACK has seen the resource in AWS.
func isKnownToACK(status *tree.Node) bool {
	return !status.Get("ackResourceMetadata").Get("arn").Missing()
}

// adopted reports what can be said of a key that ACK will read from AWS.
func (e *evaluation) adopted() {
	annotation := adoptionPolicyKey
	if e.object.Root.Get("metadata").Get("annotations").Get(annotation).Missing() {
		annotation = readOnlyKey
	}
	e.report(Finding{
		Reason:  Unverifiable,
		Path:    tree.Path{tree.Key("metadata"), tree.Key("annotations"), tree.Key(annotation)},
		Problem: "ACK takes over what exists in AWS and its key with it, which cmkgate cannot see.",
		Remedy:  "Make sure that the resource is under a customer-managed key before you adopt it.",
	})
}
