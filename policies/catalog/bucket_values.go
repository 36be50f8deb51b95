package catalog

// Values are all that S3 adds a field of a Bucket which ACK sends before the
// default encryption. ACK stops at the first setting that S3 refuses
// (s3-controller v1.3.2, pkg/resource/bucket/hook.go, customUpdateBucket:
// Accelerate, Analytics, ACL, CORS, then Encryption), so that the key would never
// arrive. What comes after the encryption can fail without harm to the key.
type Values struct {
	Path   string
	Taken  []string
	Source string
}

// ValuesBeforeEncryption returns the fields of which this is certain.
func ValuesBeforeEncryption() []Values {
	return []Values{
		{"spec.accelerate.status", []string{"Enabled", "Suspended"}, "S3 API, AccelerateConfiguration"},
		{"spec.analytics[*].storageClassAnalysis.dataExport.outputSchemaVersion", []string{"V_1"}, "S3 API, StorageClassAnalysisDataExport"},
		{"spec.analytics[*].storageClassAnalysis.dataExport.destination.s3BucketDestination.format", []string{"CSV"}, "S3 API, AnalyticsS3BucketDestination"},
		{
			"spec.acl",
			[]string{
				"private", "public-read", "public-read-write", "authenticated-read", "log-delivery-write",
				"aws-exec-read", "bucket-owner-read", "bucket-owner-full-control",
			},
			"S3 user guide, Access control list (ACL) overview, Canned ACL",
		},
		{"spec.cors.corsRules[*].allowedMethods[*]", []string{"GET", "PUT", "POST", "DELETE", "HEAD"}, "S3 user guide, Elements of a CORS configuration"},
	}
}
