package ack

import (
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Write is what an update of an object means to ACK.
type Write uint8

// The kinds of updates.
const (
	// Change: ACK goes on with what it had; only what the update introduces counts.
	Change Write = iota
	// Creation: ACK may create in AWS what it could not create from the object
	// as it was, so that all of it counts.
	Creation
	// Takeover: an object that asks for adoption becomes managed and adopted, by
	// ACK's first write of an adoption (setResourceManagedAndAdopted) or by one
	// that looks like it. ACK creates nothing for it, and updates by its spec.
	Takeover
	// Observation: ACK's second write of an adoption (reconciler.go:655), which
	// puts what AWS has into the spec, or one that looks like it.
	Observation
	// Claim: somebody gives ACK's finalizer to an object that does not ask for
	// adoption: ACK before it creates, or a person who puts it back.
	Claim
)

// WriteOf classifies an update.
func WriteOf(now, old Object) Write {
	switch {
	case observes(now, old):
		return Observation
	case becomesCreation(now, old):
		return Creation
	case old.Adopting() && now.Managed():
		return Takeover
	case !old.Managed() && now.Managed():
		return Claim
	}
	return Change
}

// observes recognizes the write by its form, because EKS runs ACK under a user
// name of its own. The generation keeps a person's later change from passing
// for it: the API server raises it with each change of the spec.
func observes(now, old Object) bool {
	return adopted(now) && adopted(old) && old.asCreated() && specChanged(now, old)
}

func adopted(o Object) bool { return o.Managed() && o.Adopted() && o.Adoption() == Adopt }

// becomesCreation reports whether the update lets ACK create something that it
// could not create from the object as it was.
func becomesCreation(now, old Object) bool {
	if !now.HasSpec() {
		return false
	}
	return !old.HasSpec() ||
		now.Creates() && !old.Creates() ||
		!SameName(now, old) || // the old name's resource stays behind, and one of the new name is created
		!old.Managed() && specChanged(now, old) || // ACK manages nothing yet: whatever it creates, it creates from this spec
		old.Adopting() && now.Managed() && !now.Adopted() ||
		regionChanged(now, old) && !old.inRegion()
}

// SameName reports whether both objects stand for the same name in AWS.
func SameName(now, old Object) bool {
	for _, field := range catalog.NameInAWS(now.Kind) {
		if now.Root.Get("spec").Get(field).Text() != old.Root.Get("spec").Get(field).Text() {
			return false
		}
	}
	return true
}

func specChanged(now, old Object) bool {
	return !tree.Equal(now.Root.Get("spec"), old.Root.Get("spec"))
}

// regionChanged distinguishes an empty annotation from none: it keeps ACK
// from asking the namespace (reconciler.go, getRegion).
func regionChanged(now, old Object) bool {
	a, b := now.annotation(RegionKey), old.annotation(RegionKey)
	return a.Absent() != b.Absent() || a.Text() != b.Text()
}

// inRegion reports whether ACK knows the region of the resource, and so refuses
// to create it in another (reconciler.go, regionDrifted).
func (o Object) inRegion() bool {
	return !o.Root.Get("status").Get("ackResourceMetadata").Get("region").Missing()
}

// LosesFinalizer reports whether an update removes ACK's finalizer from a
// resource that ACK has seen in AWS, as kubectl replace does. ACK then refuses
// the resource as one that it does not manage (failOnResourceUnmanaged), until
// the finalizer is back.
func LosesFinalizer(now, old Object) bool {
	return !now.Deleting() && old.Known() && old.Managed() && !now.Managed()
}
