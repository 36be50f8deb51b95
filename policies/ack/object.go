package ack

import (
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// The annotations by which people and ACK tell ACK what to do
// (apis/core/v1alpha1/annotations.go).
const (
	AdoptionPolicyKey = "services.k8s.aws/adoption-policy"
	AdoptedKey        = "services.k8s.aws/adopted"
	ReadOnlyKey       = "services.k8s.aws/read-only"
	IgnoreDriftKey    = "services.k8s.aws/ignore-field-drift"
	RegionKey         = "services.k8s.aws/region"
)

// Adoption is how an object asks to take over a resource that exists.
type Adoption uint8

// The values of the adoption policy.
const (
	// NoAdoption: the object does not ask.
	NoAdoption Adoption = iota
	// Adopt: AWS is the truth; ACK writes what it sees over the whole spec.
	Adopt
	// AdoptOrCreate: the spec is the truth, for a resource that may exist.
	AdoptOrCreate
	// UnknownAdoption: ACK goes Terminal and does nothing (util.go,
	// GetAdoptionPolicy) until the annotation is corrected or gone.
	UnknownAdoption
)

// Object is an object as ACK reads it.
type Object struct {
	Kind catalog.Kind
	Root *tree.Node
}

// Finalizer is the finalizer of ACK's controller for a kind (descriptor.go of
// each resource). ACK adds it just before it creates the resource.
func Finalizer(kind catalog.Kind) string { return "finalizers." + kind.Group + "/" + kind.Name }

// Managed reports whether the object carries the finalizer of its own kind,
// which is all that ACK relies on (descriptor.go, IsManaged). Anybody who
// may write the object can set it.
func (o Object) Managed() bool {
	finalizers := o.Root.Get("metadata").Get("finalizers")
	if finalizers.Len() == 0 {
		return false
	}
	own := Finalizer(o.Kind)
	for i := range finalizers.Len() {
		if finalizers.At(i).Str() == own {
			return true
		}
	}
	return false
}

func (o Object) annotation(key string) *tree.Node {
	return o.Root.Get("metadata").Get("annotations").Get(key)
}

// Adoption is the object's adoption policy (util.go, GetAdoptionPolicy). An
// annotation that is "" counts as unknown there.
func (o Object) Adoption() Adoption {
	n := o.annotation(AdoptionPolicyKey)
	switch {
	case n.Absent():
		return NoAdoption
	case n.Str() == "adopt":
		return Adopt
	case n.Str() == "adopt-or-create":
		return AdoptOrCreate
	}
	return UnknownAdoption
}

// Adopted reports whether ACK counts the adoption as done (util.go, IsAdopted).
// ACK never creates a resource for such an object (reconciler.go:641).
func (o Object) Adopted() bool { return isTrue(o.annotation(AdoptedKey)) }

// ReadOnly reports whether ACK only looks at the resource (util.go, IsReadOnly):
// it neither creates nor updates nor deletes it.
func (o Object) ReadOnly() bool { return isTrue(o.annotation(ReadOnlyKey)) }

func isTrue(n *tree.Node) bool { return strings.ToLower(n.Str()) == "true" }

// Adopting reports whether ACK is about to replace the spec by what it sees in
// AWS. The annotation counts only while ACK does not manage the object
// (reconciler.go:576): with the finalizer in place ACK creates and updates by
// the spec, whatever the annotation says.
func (o Object) Adopting() bool { return o.Facts().Adopting() }

// Facts are what is asked of an object again and again, read once: finalizers
// and annotations are as many as a person likes.
type Facts struct {
	Managed, Adopted, ReadOnly bool
	Adoption                   Adoption
}

// Facts reads them.
func (o Object) Facts() Facts {
	return Facts{Managed: o.Managed(), Adopted: o.Adopted(), ReadOnly: o.ReadOnly(), Adoption: o.Adoption()}
}

// Adopting is Object.Adopting.
func (f Facts) Adopting() bool { return f.Adoption == Adopt && !f.Adopted && !f.Managed }

// HasSpec reports whether there is anything that ACK could create from.
func (o Object) HasSpec() bool {
	spec := o.Root.Get("spec")
	return spec.Kind() == tree.Map && spec.Len() > 0
}

// Deleting reports whether the object is being deleted; ACK then neither
// creates nor updates (reconciler.go, reconcile).
func (o Object) Deleting() bool {
	return !o.Root.Get("metadata").Get("deletionTimestamp").Missing()
}

// Creates reports whether ACK creates the resource by the spec where it finds
// none of that name (reconciler.go:636 to 648).
func (o Object) Creates() bool {
	f := o.Facts()
	return o.HasSpec() && !f.ReadOnly && !f.Adopted && !f.Adopting() && f.Adoption != UnknownAdoption
}

// Known reports whether ACK has written the resource's ARN into the status,
// which it does once it has seen the resource in AWS. Anybody with rights on
// the status can write or remove it.
func (o Object) Known() bool {
	return !o.Root.Get("status").Get("ackResourceMetadata").Get("arn").Missing()
}

// The conditions of the ACK runtime (apis/core/v1alpha1/conditions.go).
const (
	TerminalCondition        = "ACK.Terminal"
	LateInitializedCondition = "ACK.LateInitialized"
)

// HasCondition reports whether a condition of the status is True.
func (o Object) HasCondition(name string) bool {
	conditions := o.Root.Get("status").Get("conditions")
	for i := range conditions.Len() {
		if c := conditions.At(i); c.Get("type").Str() == name && c.Get("status").Str() == "True" {
			return true
		}
	}
	return false
}

// Terminal reports whether ACK has given up until the spec changes.
func (o Object) Terminal() bool { return o.HasCondition(TerminalCondition) }

// asCreated reports whether the spec is still the one that the object was
// created with. The API server counts the generation and nobody else can.
func (o Object) asCreated() bool { return o.Root.Get("metadata").Get("generation").Text() == "1" }
