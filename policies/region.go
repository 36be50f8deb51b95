package policies

import (
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
)

// The annotations that choose region and account (ACK runtime,
// apis/core/v1alpha1/annotations.go). A region stands on the resource under
// another name than on the namespace; account and team are read from the namespace only.
const (
	regionKey        = "services.k8s.aws/region"
	defaultRegionKey = "services.k8s.aws/default-region"
	ownerAccountKey  = "services.k8s.aws/owner-account-id"
	teamKey          = "services.k8s.aws/team-id"
)

// ReadsAnnotation reports whether an annotation of a namespace has a say in
// where ACK creates what lies in it.
func ReadsAnnotation(name string) bool { return strings.Contains(name, "services.k8s.aws/") }

// regionOf is the region that ACK creates the object in, in ACK's order
// (runtime/pkg/runtime/reconciler.go, getRegion): status, resource, namespace,
// controller. A Bucket lies where its location constraint says.
func regionOf(object Object, ns Namespace, controller string) (string, origin) {
	if object.Kind == "Bucket" {
		if r := locationConstraint(object); r != "" {
			return r, origin{what: "its location constraint", path: "spec.createBucketConfiguration.locationConstraint"}
		}
	}
	if r := object.status().Get("ackResourceMetadata").Get("region").Str(); r != "" {
		return r, origin{what: "status.ackResourceMetadata.region", path: "status.ackResourceMetadata.region"}
	}
	if n := object.Root.Get("metadata").Get("annotations").Get(regionKey); !n.Absent() {
		if r := n.Text(); r != "" {
			return r, origin{what: "annotation " + regionKey, path: `metadata.annotations["` + regionKey + `"]`}
		}
		return controller, origin{} // the AWS SDK takes its own default then, not the namespace's
	}
	if r := ns.Annotations[defaultRegionKey]; r != "" {
		return r, namespaceOrigin("annotation "+defaultRegionKey+" of namespace", ns)
	}
	return controller, origin{}
}

// regionName is the object's region for messages; annotations can hold anything.
func (e *evaluation) regionName() string {
	if kms.IsRegion(e.region) {
		return e.region
	}
	return quote(e.region)
}

// regionAndWhy is the object's region with what chose it.
func (e *evaluation) regionAndWhy() string { return e.regionName() + e.regionFrom.inParentheses() }

// locationConstraint is the region in a Bucket's spec; EU is the old name of
// eu-west-1 (S3 API, CreateBucketConfiguration).
func locationConstraint(bucket Object) string {
	r := bucket.Root.Get("spec").Get("createBucketConfiguration").Get("locationConstraint").Str()
	if r == "EU" {
		return "eu-west-1"
	}
	return r
}
