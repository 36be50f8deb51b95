// Package certs keeps the serving certificate of cmkgate-webhook: in mode self
// the replicas are their own certificate authority, in mode files somebody else
// (cert-manager, a person) writes the files.
//
// In mode self all replicas share one Secret as the source of truth. It
// holds the authority that signs, the leaf that is served, and, while the
// authority is replaced, the next one. Every write is conditional on what
// was read, so no leader is needed. The order keeps each handshake valid:
//
//  1. An authority that is due gets a successor beside it in the Secret.
//  2. The successor is published in the caBundle of every webhook of both
//     configurations, beside all that is there and has not expired.
//  3. Once it has been seen there for the propagation time, API servers know it:
//     it becomes the authority that signs, and signs a new leaf.
//  4. A replica serves a leaf only if every published caBundle verifies it.
//
// An authority leaves the caBundle only when it has expired, and with it all
// that it signed: a replica that notices late keeps its old leaf. What others
// had published, such as cert-manager, stays for the same reason, so that a
// change of mode costs no request either.
//
// Rights in mode self, all by name:
//
//	secrets, in the own namespace:                                 get, list, watch, update
//	mutatingwebhookconfigurations, validatingwebhookconfigurations: get, list, watch, update
//
// and create of secrets in the own namespace, unless the Secret is there, empty,
// from the start. Mode files needs none, except the first three verbs on the
// configurations if their name is set.
package certs
