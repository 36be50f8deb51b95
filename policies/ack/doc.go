// Package ack is the model of ACK's runtime that admission rests on: what ACK
// will do in AWS with an object as it stands, and what an update changes about
// that.
//
// A Kubernetes CREATE is not a creation in AWS, nor the other way round. ACK
// creates a resource whenever it cannot find one of the object's name
// (reconciler.go, Sync), however the object came to be; it adopts, watches or
// gives up depending on annotations and on its own finalizer. Each fact stands
// here once, as a Go predicate with the CEL expression that says the same to
// the API server; a test in test/generated checks one against the other over
// generated objects. Lines are those of the ACK runtime v0.61.0 (SageMaker);
// v0.58.0 (S3) differs in none of what is stated here.
package ack
