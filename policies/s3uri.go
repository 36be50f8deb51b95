package policies

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
)

// bucketOf is the bucket that a URI names: s3://BUCKET/KEY, or https:// with
// the bucket in the host or first in the path (S3 user guide, "Virtual hosting
// of general purpose buckets"). It is "" for anything else, such as an access point.
func bucketOf(uri string) string {
	if rest, ok := strings.CutPrefix(uri, "s3://"); ok {
		bucket, _, _ := strings.Cut(rest, "/")
		return bucket
	}
	if !strings.HasPrefix(uri, "https://") {
		return ""
	}
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	host, ok := strings.CutSuffix(strings.TrimSuffix(u.Hostname(), ".cn"), ".amazonaws.com")
	if !ok {
		return ""
	}
	bucket, ok := beforeEndpoint(host)
	if ok && bucket == "" {
		bucket, _, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	}
	return bucket
}

// beforeEndpoint is what stands in a host before the last label that names an
// endpoint of S3; the name of a bucket can have dots, and labels that look like one.
func beforeEndpoint(host string) (string, bool) {
	labels := strings.Split(host, ".")
	for i, label := range slices.Backward(labels) {
		if isEndpoint(label) {
			return strings.Join(labels[:i], "."), true
		}
	}
	return "", false
}

func isEndpoint(label string) bool {
	if label == "s3" || label == "s3-fips" || strings.HasPrefix(label, "s3express-") {
		return true
	}
	region, ok := strings.CutPrefix(label, "s3-")
	return ok && kms.IsRegion(region)
}

// isDirectoryBucket relies on the suffix that S3 reserves (as does ACK's IsDirectoryBucketName).
func isDirectoryBucket(name string) bool { return strings.HasSuffix(name, "--x-s3") }
