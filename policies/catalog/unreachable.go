package catalog

// Unreachable is a key that AWS takes and ACK does not pass on, so that nothing
// in the cluster can set it or tell what it is.
type Unreachable struct {
	Kind Kind
	// Path is where the field would be if the CRD had it.
	Path string
	// Encryption is what becomes of the data.
	Encryption string
}

// UnreachableFields lists such keys of the kinds that ACK has: ignored fields and
// shapes in generator.yaml of sagemaker-controller v1.8.2.
func UnreachableFields() []Unreachable {
	const awsOwn = "AWS encrypts it with its own key"
	return []Unreachable{
		{sm("ModelPackage"), "spec.securityConfig.kmsKeyID", "the model package itself: " + awsOwn},
		{sm("EndpointConfig"), "spec.shadowProductionVariants[*].coreDumpConfig.kmsKeyID", "core dumps of shadow variants: ACK cannot create such variants"},
		{sm("HyperParameterTuningJob"), "spec.trainingJobDefinition.hyperParameterTuningResourceConfig.volumeKMSKeyID", "volumes of flexible instances: ACK cannot request such instances"},
		{sm("TransformJob"), "spec.dataCaptureConfig.kmsKeyID", "captured data: ACK cannot enable the capture"},
		{sm("Domain"), "spec.defaultUserSettings.canvasAppSettings.workspaceSettings.s3KMSKeyID", "artifacts of Canvas: the default encryption of their bucket"},
		{sm("UserProfile"), "spec.userSettings.canvasAppSettings.workspaceSettings.s3KMSKeyID", "artifacts of Canvas: the default encryption of their bucket"},
	}
}
