package ack

// Standing is how far ACK stands behind an object: whether the resource in AWS is
// what the object's spec says. Others are evaluated by the spec only where it is.
type Standing uint8

// The standings of an object that the cluster has. The zero value is none.
const (
	// Unmanaged: ACK has not created the resource, or has refused it because one
	// of that name exists (failOnResourceUnmanaged).
	Unmanaged Standing = iota + 1
	// AwaitsAdoption: the spec is yet to be read from AWS.
	AwaitsAdoption
	// Unseen: ACK manages the object and has not reported the resource yet.
	Unseen
	// GivenUp: ACK cannot make AWS what the spec says (ACK.Terminal).
	GivenUp
	// Held: ACK has created or adopted the resource and reports no difference.
	Held
)

// StandingOf reads the standing from the object. What it reads of the status is
// for those who may write the status to say.
func StandingOf(o Object) Standing {
	switch {
	case o.Adopting():
		return AwaitsAdoption
	case !o.Managed():
		return Unmanaged
	case o.Terminal():
		return GivenUp
	case !o.Known():
		return Unseen
	}
	return Held
}
