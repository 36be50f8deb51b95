package catalog

import "github.com/cmkgate/cmkgate/policies/kms"

var s3 = Service{
	Name: "s3", Group: S3, Version: "v1alpha1", Release: "v1.3.2", Example: "Bucket",
	Kinds: []KindRow{{Name: "Bucket", NameInAWS: []string{"name"}}},
}

const bucketPolicy = "s3-bucket-key"

// bucketFields lists the KMS leaves of the Bucket, as in the CRD of
// s3-controller v1.3.2 (unchanged in v1.10).
// ACK sends all of them after CreateBucket (customUpdateBucket in hook.go).
func bucketFields() []Field {
	bucket := Kind{Group: S3, Name: "Bucket"}
	return []Field{
		{
			Kind: bucket, Path: "spec.encryption.rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyID",
			Purpose: PurposeBucket, Policy: bucketPolicy,
			Protects:    "the objects of the bucket",
			Consequence: "S3 encrypts new objects with its own key",
			Accepts:     kms.AnyForm, Mutable: true, AfterCreate: true,
		},
		{
			Kind: bucket, Path: "spec.replication.rules[*].destination.encryptionConfiguration.replicaKMSKeyID",
			Purpose: PurposeBucket, Policy: bucketPolicy,
			Protects:    "the replicated objects",
			Consequence: "S3 cannot encrypt the replicas",
			// S3 API, EncryptionConfiguration: "Key ARN or Alias ARN".
			Accepts: kms.KeyARN | kms.AliasARN, Mutable: true, AfterCreate: true, OtherRegion: true,
			NoInjectReason: "the key belongs to the region and account of the destination bucket",
		},
		{
			Kind: bucket, Path: "spec.inventory[*].destination.s3BucketDestination.encryption.sseKMS.keyID",
			Purpose: PurposeBucket, Policy: bucketPolicy,
			Protects:    "the inventory reports",
			Consequence: "S3 cannot encrypt the reports",
			Accepts:     kms.AnyForm, Mutable: true, AfterCreate: true, OtherRegion: true,
			NoInjectReason: "the key belongs to the region and account of the destination bucket",
		},
	}
}
