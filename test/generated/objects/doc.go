// Package objects generates ACK objects from the schemas of their CRDs, for
// tests that prove a promise over many objects rather than over examples.
//
// The same seed makes the same object. What policies look at (keys and what
// governs them, instance types, outputs, bucket policies, annotations) is drawn
// from values that matter; everything else is drawn by its type alone.
package objects
