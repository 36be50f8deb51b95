// Package sequences proves the promise over time: whatever sequence of requests people make, AWS never gets a resource
// without a key that the organization trusts, and cmkgate never harms one that runs. A test of one request cannot see that;
// a CREATE in Kubernetes is not a creation in AWS, nor the other way round.
//
// A sequence is a list of operations (operations_test.go): requests of people, what happens to cmkgate and to ACK's
// controllers, what AWS has to begin with. It is played twice, side by side, in two namespaces of one API server with
// ACK's real controllers and a recording AWS: in one of them cmkgate decides, in the other, the twin, nobody does. An
// operation that cmkgate refuses is omitted of the twin, so that the twin is what would have come of the rest. Names in
// AWS carry the name of the side, so that the two never meet.
//
// Many sequences are played at once, in lock-step (batch_test.go): all make their first operation, everybody waits until the
// controllers have nothing to do, then all make their second. So an operation on cmkgate or on the controllers is
// one that all sequences of a batch have at that place.
//
// After each step the invariants (invariants_test.go) are checked against what AWS recorded and has, what the objects
// say, and what cmkgate reported. What needs which key in AWS stands in keys_test.go, apart from cmkgate's own catalog.
//
// Sequences come from testdata/fixed, one file each for a fault that was seen once, and from a generator
// (generator_test.go). One that fails is shrunk (shrink_test.go) and printed as a script (script_test.go).
// handlings_test.go shows that the invariants can fail: it builds cmkgate without one of its handlings and expects a
// certain sequence to fail.
package sequences
