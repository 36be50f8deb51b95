package policies

import (
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/iam"
)

// s3NoCustomerProvidedKey requires that a Bucket's policy refuses SSE-C.
func s3NoCustomerProvidedKey() Policy {
	bucket := catalog.Kind{Group: catalog.S3, Name: "Bucket"}
	const id = "s3-no-customer-provided-key"
	return Policy{
		ID:       id,
		Title:    "A Bucket's policy refuses keys that come with the request (SSE-C)",
		Protects: "training data and artifacts against encryption with keys that only the caller has",
		Default:  Off,
		Kinds:    []catalog.Kind{bucket},
		Reads:    map[catalog.Kind][]string{bucket: {"spec.policy", "spec.name", "spec.createBucketConfiguration"}},
		check:    refuses(id),
		Doc: `With SSE-C a caller sends the key along with the object, and S3 forgets it: SageMaker cannot read such an
object, nobody can audit the key, and an attacker who has it can hold the data to ransom. S3 blocks SSE-C on general
purpose buckets created since April 2026, and on older ones in accounts without SSE-C objects. ACK's Bucket has no field
for that block, so cmkgate requires the Deny that AWS documents: s3:PutObject for everyone and every object, if the
request has an SSE-C algorithm.

Off by default, because of that block. A Deny of every upload without KMS encryption
(s3:x-amz-server-side-encryption) also works: an SSE-C upload has none. Directory buckets do not support SSE-C.

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
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::training-data/*",
        "Condition": {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}
      }]
    }
` + "```",
	}
}

// customerProvidedKeys are uploads with SSE-C. The algorithm is always AES256,
// and the header that asks for the other encryptions cannot stand beside it (S3
// user guide, "Specifying server-side encryption with customer-provided keys").
func customerProvidedKeys() refusal {
	const key = "s3:x-amz-server-side-encryption-customer-algorithm"
	return refusal{
		id:        "s3-no-customer-provided-key",
		reason:    CustomerProvidedKey,
		problem:   "uploads with a customer-provided key (SSE-C) are not refused.",
		action:    "s3:PutObject",
		resources: []string{"/*"},
		key:       key,
		condition: `{"Null":{"` + key + `":"false"}}`,
		context: []iam.ContextKey{
			{Name: key, Value: "AES256"},
			{Name: "s3:x-amz-server-side-encryption", Absent: true},
			{Name: "s3:x-amz-server-side-encryption-aws-kms-key-id", Absent: true},
		},
	}
}
