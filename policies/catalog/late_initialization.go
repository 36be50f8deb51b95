package catalog

// LateInitialized is a field that ACK fills in after it has created the
// resource, where the person left it out.
type LateInitialized struct {
	Kind Kind
	Path string
	// Value is what AWS uses for a field that was omitted, nil if that
	// depends on the resource. "" stands for a key that is not there.
	Value any
}

// LateInitializedFields lists the fields that policies read, or may come to read,
// of those that ACK fills in: lateInitializeFieldNames of each kind's manager
// in sagemaker-controller v1.8.2; Bucket from s3-controller v1.7.1 on.
func LateInitializedFields() []LateInitialized {
	return []LateInitialized{
		{sm("Domain"), "spec.appNetworkAccessType", "PublicInternetOnly"},
		{sm("Domain"), "spec.defaultUserSettings.securityGroups", nil},
		{sm("Domain"), "spec.defaultUserSettings.sharingSettings.notebookOutputOption", "Disabled"},
		{sm("EndpointConfig"), "spec.enableNetworkIsolation", false},
		{sm("FeatureGroup"), "spec.offlineStoreConfig.s3StorageConfig.resolvedOutputS3URI", nil},
		{sm("HyperParameterTuningJob"), "spec.trainingJobDefinition.enableInterContainerTrafficEncryption", false},
		{sm("HyperParameterTuningJob"), "spec.trainingJobDefinition.enableNetworkIsolation", false},
		{sm("HyperParameterTuningJob"), "spec.trainingJobDefinition.resourceConfig.instanceCount", nil},
		{sm("LabelingJob"), "spec.outputConfig.kmsKeyID", ""},
		{sm("LabelingJob"), "spec.labelingJobAlgorithmsConfig.labelingJobResourceConfig.volumeKMSKeyID", ""},
		{sm("Model"), "spec.enableNetworkIsolation", false},
		{sm("TrainingJob"), "spec.enableInterContainerTrafficEncryption", false},
		{sm("TrainingJob"), "spec.enableNetworkIsolation", false},
		{sm("TrainingJob"), "spec.outputDataConfig.kmsKeyID", ""},
		{sm("TrainingJob"), "spec.resourceConfig.instanceCount", nil},
		{Kind{Group: S3, Name: "Bucket"}, "spec.encryption.rules[*].applyServerSideEncryptionByDefault.sseAlgorithm", "AES256"},
		{Kind{Group: S3, Name: "Bucket"}, "spec.encryption.rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyID", ""},
	}
}
