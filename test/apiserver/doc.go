// Package apiserver runs a real kube-apiserver with the CRDs of the ACK controllers, and cmkgate's real webhook binary
// in front of it, for tests and for the demo.
//
// Nothing is faked between kubectl and etcd: what a test sees here is what a cluster does with the same request,
// controllers aside. Everything listens on the loopback interface only.
//
// Tests call [ForTest]; programs call [Start].
package apiserver
