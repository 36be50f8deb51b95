package policies

import (
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
)

// The annotations that choose region and account (ACK runtime,
// apis/core/v1alpha1/annotations.go). A region stands on the resource under
// another name than on the namespace; an account is read from the namespace only.
const (
	regionKey        = "services.k8s.aws/region"
	defaultRegionKey = "services.k8s.aws/default-region"
	ownerAccountKey  = "services.k8s.aws/owner-account-id"
)

// ReadsAnnotation tells whether an annotation of a namespace has a say in where
// ACK creates what lies in it.
func ReadsAnnotation(name string) bool { return strings.Contains(name, "services.k8s.aws/") }

// regionOf is the region that ACK creates the object in, in ACK's order
// (runtime/pkg/runtime/reconciler.go, getRegion): status, resource, namespace,
// controller. A Bucket lies where its location constraint says.
func regionOf(object Object, ns Namespace, controller string) string {
	if object.Kind == "Bucket" {
		if r := locationConstraint(object); r != "" {
			return r
		}
	}
	if r := object.Root.Get("status").Get("ackResourceMetadata").Get("region").Str(); r != "" {
		return r
	}
	if r := object.Root.Get("metadata").Get("annotations").Get(regionKey).Str(); r != "" {
		return r
	}
	if r := ns.Annotations[defaultRegionKey]; r != "" {
		return r
	}
	return controller
}

// regionName is the object's region for messages; annotations can hold anything.
func (e *evaluation) regionName() string {
	if kms.IsRegion(e.region) {
		return e.region
	}
	return quote(e.region)
}

// locationConstraint is the region in a Bucket's spec; EU is the old name of
// eu-west-1 (S3 API, CreateBucketConfiguration).
func locationConstraint(bucket Object) string {
	r := bucket.Root.Get("spec").Get("createBucketConfiguration").Get("locationConstraint").Str()
	if r == "EU" {
		return "eu-west-1"
	}
	return r
}

// accountOf is the account that ACK creates the object in
// (runtime/pkg/runtime/reconciler.go, Reconcile), "" when it is not known.
func accountOf(object Object, ns Namespace, controller string) string {
	if a := ns.Annotations[ownerAccountKey]; a != "" {
		return a
	}
	if a := object.Root.Get("status").Get("ackResourceMetadata").Get("ownerAccountID").Str(); a != "" {
		return a
	}
	return controller
}
