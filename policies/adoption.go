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
// asks for: on creation, and when ACK fills in the spec that was not there. A
// denial of that write leaves ACK in a loop, and encrypts nothing.
func (e *evaluation) observes() bool {
	return e.adoption == adopt && (e.old == nil || e.old.Get("spec").Empty())
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
