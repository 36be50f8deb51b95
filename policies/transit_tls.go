package policies

import (
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/iam"
)

// transitTLS requires that a Bucket's policy refuses plain HTTP.
func transitTLS() Policy {
	bucket := catalog.Kind{Group: catalog.S3, Name: "Bucket"}
	const id = "transit-tls"
	return Policy{
		ID:       id,
		Title:    "A Bucket's policy refuses plain HTTP",
		Protects: "data in transit to and from buckets",
		Default:  Warn,
		Kinds:    []catalog.Kind{bucket},
		Reads:    map[catalog.Kind][]string{bucket: {"spec.policy", "spec.name", "spec.createBucketConfiguration"}},
		check:    refuses(id),
		Doc: `S3 answers HTTP as well as HTTPS. Only the Bucket's policy can refuse HTTP: with a Deny of every action for
everyone if aws:SecureTransport is false, for the bucket and for its objects (Security Hub S3.5). An Allow if it
is true refuses nothing.

cmkgate reads spec.policy as AWS does: elements as one value or a list, wildcards, NotAction and NotResource, one
statement for the bucket and another for its objects. A statement with a further condition, for some principals or for
some actions does not count. A policy that is not JSON, or that S3 would reject, is reported with the position where it
breaks. Directory buckets need no policy: S3 Express One Zone accepts only TLS.

**How to satisfy it.** Write, or add to what is there:

` + "```yaml" + `
kind: Bucket
spec:
  name: training-data
  policy: |
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::training-data", "arn:aws:s3:::training-data/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
      }]
    }
` + "```",
	}
}

// plainHTTP are the requests that everyone on the way can read.
func plainHTTP() refusal {
	const key = "aws:SecureTransport"
	return refusal{
		id:        "transit-tls",
		reason:    UnencryptedTraffic,
		problem:   "requests over plain HTTP are not refused.",
		action:    "s3:*",
		resources: []string{"", "/*"},
		key:       key,
		condition: `{"Bool":{"` + key + `":"false"}}`,
		context:   []iam.ContextKey{{Name: key, Value: "false"}},
	}
}
