// Package generated proves promises of cmkgate over objects that are generated
// from the schemas of ACK's CRDs: far more of them, and stranger ones, than
// anybody would write as examples.
package generated
