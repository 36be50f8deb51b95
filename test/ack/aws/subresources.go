package aws

// subresource is one of the configurations of a bucket that S3 serves under its own query parameter.
type subresource struct {
	query string
	// name ends the name of the operation: GetBucketCors, PutBucketCors, DeleteBucketCors.
	name string
	// initial is what a new bucket has.
	initial string
	// missing is the error code where a bucket has none; without it the answer is empty.
	missing, empty string
}

const (
	// Since 2023 every bucket is encrypted by S3, blocks public access and owns what others put into it.
	managedByS3 = `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>` +
		`</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`
	blocked = `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>` +
		`<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`
	owned = `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`
)

func subresources() []subresource {
	return []subresource{
		{query: "accelerate", name: "BucketAccelerateConfiguration", empty: `<AccelerateConfiguration/>`},
		{query: "acl", name: "BucketAcl", empty: `<AccessControlPolicy/>`},
		{query: "analytics", name: "BucketAnalyticsConfiguration", empty: `<ListBucketAnalyticsConfigurationResult/>`},
		{query: "cors", name: "BucketCors", missing: "NoSuchCORSConfiguration"},
		{query: "encryption", name: "BucketEncryption", empty: managedByS3},
		{query: "intelligent-tiering", name: "BucketIntelligentTieringConfiguration", empty: `<ListBucketIntelligentTieringConfigurationsOutput/>`},
		{query: "inventory", name: "BucketInventoryConfiguration", empty: `<ListInventoryConfigurationsResult/>`},
		{query: "lifecycle", name: "BucketLifecycleConfiguration", missing: "NoSuchLifecycleConfiguration"},
		{query: "logging", name: "BucketLogging", empty: `<BucketLoggingStatus/>`},
		{query: "metrics", name: "BucketMetricsConfiguration", empty: `<ListMetricsConfigurationsResult/>`},
		{query: "notification", name: "BucketNotificationConfiguration", empty: `<NotificationConfiguration/>`},
		{query: "ownershipControls", name: "BucketOwnershipControls", initial: owned, missing: "OwnershipControlsNotFoundError"},
		{query: "policy", name: "BucketPolicy", missing: "NoSuchBucketPolicy"},
		{query: "publicAccessBlock", name: "PublicAccessBlock", initial: blocked, missing: "NoSuchPublicAccessBlockConfiguration"},
		{query: "replication", name: "BucketReplication", missing: "ReplicationConfigurationNotFoundError"},
		{query: "requestPayment", name: "BucketRequestPayment", empty: `<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>`},
		{query: "tagging", name: "BucketTagging", missing: "NoSuchTagSet"},
		{query: "versioning", name: "BucketVersioning", empty: `<VersioningConfiguration/>`},
		{query: "website", name: "BucketWebsite", missing: "NoSuchWebsiteConfiguration"},
	}
}
