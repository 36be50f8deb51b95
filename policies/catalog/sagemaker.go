package catalog

import "github.com/cmkgate/cmkgate/policies/kms"

var sagemaker = Service{
	Name: "sagemaker", Group: SageMaker, Version: "v1alpha1", Release: "v1.8.2", Example: "TrainingJob",
	Kinds: []KindRow{
		{Name: "App", NameInAWS: []string{"domainID", "userProfileName", "spaceName", "appType", "appName"}},
		{Name: "DataQualityJobDefinition", NameInAWS: []string{"jobDefinitionName"}},
		{Name: "Domain", NameInAWS: []string{"domainName"}},
		{Name: "Endpoint", NameInAWS: []string{"endpointName"}},
		{Name: "EndpointConfig", NameInAWS: []string{"endpointConfigName"}},
		{Name: "FeatureGroup", NameInAWS: []string{"featureGroupName"}},
		{Name: "HyperParameterTuningJob", NameInAWS: []string{"hyperParameterTuningJobName"}},
		{Name: "InferenceComponent", NameInAWS: []string{"inferenceComponentName"}},
		{Name: "LabelingJob", NameInAWS: []string{"labelingJobName"}},
		{Name: "Model", NameInAWS: []string{"modelName"}},
		{Name: "ModelBiasJobDefinition", NameInAWS: []string{"jobDefinitionName"}},
		{Name: "ModelExplainabilityJobDefinition", NameInAWS: []string{"jobDefinitionName"}},
		{Name: "ModelPackage", NameInAWS: []string{"modelPackageName", "modelPackageGroupName"}},
		{Name: "ModelPackageGroup", NameInAWS: []string{"modelPackageGroupName"}},
		{Name: "ModelQualityJobDefinition", NameInAWS: []string{"jobDefinitionName"}},
		{Name: "MonitoringSchedule", NameInAWS: []string{"monitoringScheduleName"}},
		{Name: "NotebookInstance", NameInAWS: []string{"notebookInstanceName"}},
		{Name: "NotebookInstanceLifecycleConfig", NameInAWS: []string{"notebookInstanceLifecycleConfigName"}},
		{Name: "Pipeline", NameInAWS: []string{"pipelineName"}},
		{Name: "PipelineExecution", NameInAWS: []string{"pipelineName"}},
		{Name: "ProcessingJob", NameInAWS: []string{"processingJobName"}},
		{Name: "Project", NameInAWS: []string{"projectName"}},
		{Name: "Space", NameInAWS: []string{"domainID", "spaceName"}},
		{Name: "TrainingJob", NameInAWS: []string{"trainingJobName"}},
		{Name: "TransformJob", NameInAWS: []string{"transformJobName"}},
		{Name: "UserProfile", NameInAWS: []string{"domainID", "userProfileName"}},
	},
}

// The policies that evaluate SageMaker's fields.
const (
	volumePolicy  = "sagemaker-volume-key"
	outputPolicy  = "sagemaker-output-key"
	storagePolicy = "sagemaker-storage-key"

	endpointPolicy = "sagemaker-endpoint-key"
)

// What SageMaker does without a key (SageMaker API reference, KmsKeyId and
// VolumeKmsKeyId of the Create calls; developer guide, "Protect data at rest").
const (
	throwawayKey = "SageMaker encrypts the volume with a transient key that you cannot audit or revoke"
	s3ManagedKey = "SageMaker encrypts its output with the AWS-managed key of S3"
	awsOwnKey    = "AWS encrypts the storage with its own key"
)

// Forms that the SageMaker API reference lists for a field. Where it lists
// none, all are accepted and AWS decides.
const (
	idOrARN = kms.KeyID | kms.KeyARN
	arnOnly = kms.KeyARN
)

func sm(kind string) Kind { return Kind{Group: SageMaker, Name: kind} }

// sagemakerFields lists the 37 KMS leaves of the 16 kinds that have one, as in
// the CRDs of sagemaker-controller v1.8.2 (unchanged in v1.9.1).
func sagemakerFields() []Field {
	fields := []Field{
		trainingOutput("TrainingJob", "spec"),
		trainingVolume("TrainingJob", "spec"),
		trainingOutput("HyperParameterTuningJob", "spec.trainingJobDefinition"),
		trainingVolume("HyperParameterTuningJob", "spec.trainingJobDefinition"),
		trainingOutput("HyperParameterTuningJob", "spec.trainingJobDefinitions[*]"),
		trainingVolume("HyperParameterTuningJob", "spec.trainingJobDefinitions[*]"),
		output("ProcessingJob", "spec.processingOutputConfig.kmsKeyID", "the outputs of processing in S3",
			"spec.processingOutputConfig.outputs[*].s3Output.s3URI"),
		clusterVolume("ProcessingJob", "spec.processingResources.clusterConfig"),
		output("ProcessingJob", "spec.processingInputs[*].datasetDefinition.athenaDatasetDefinition.kmsKeyID", "the results of the Athena query in S3",
			"spec.processingInputs[*].datasetDefinition.athenaDatasetDefinition.outputS3URI"),
		output("ProcessingJob", "spec.processingInputs[*].datasetDefinition.redshiftDatasetDefinition.kmsKeyID", "the results of the Redshift query in S3",
			"spec.processingInputs[*].datasetDefinition.redshiftDatasetDefinition.outputS3URI"),
		transformOutput("TransformJob", "spec"),
		transformVolume("TransformJob", "spec"),
		transformOutput("ModelPackage", "spec.validationSpecification.validationProfiles[*].transformJobDefinition"),
		transformVolume("ModelPackage", "spec.validationSpecification.validationProfiles[*].transformJobDefinition"),
	}
	fields = append(fields, endpointConfigFields()...)
	fields = append(fields, monitoringFields()...)
	fields = append(fields, labelingFields()...)
	return append(fields, storageFields()...)
}

func trainingOutput(kind, root string) Field {
	return output(kind, root+".outputDataConfig.kmsKeyID", "the model artifacts in S3", root+".outputDataConfig.s3OutputPath")
}

func trainingVolume(kind, root string) Field {
	f := volume(kind, root+".resourceConfig.volumeKMSKeyID", "the ML storage volumes of training")
	f.Accepts = idOrARN
	f.InstanceTypes = []InstanceType{
		{Path: root + ".resourceConfig.instanceType"},
		{Path: root + ".resourceConfig.instanceGroups[*].instanceType"},
	}
	return f
}

func transformOutput(kind, root string) Field {
	return output(kind, root+".transformOutput.kmsKeyID", "the transform results in S3", root+".transformOutput.s3OutputPath")
}

func transformVolume(kind, root string) Field {
	f := volume(kind, root+".transformResources.volumeKMSKeyID", "the ML storage volumes of the transform")
	f.InstanceTypes = []InstanceType{{Path: root + ".transformResources.instanceType"}}
	return f
}

// clusterVolume is the volume of a processing cluster; monitoring runs as
// processing jobs, so its clusters follow the same rule for local storage.
func clusterVolume(kind, cluster string) Field {
	f := volume(kind, cluster+".volumeKMSKeyID", "the ML storage volumes of the processing cluster")
	f.InstanceTypes = []InstanceType{{Path: cluster + ".instanceType"}}
	return f
}

func endpointConfigFields() []Field {
	hosting := volume("EndpointConfig", "spec.kmsKeyID", "the ML storage volumes of the hosting instances")
	// One key serves all variants, and one variant with local storage makes the
	// call fail (CreateEndpointConfig, KmsKeyId).
	hosting.InstanceTypes = []InstanceType{{
		Path:   "spec.productionVariants[*].instanceType",
		Unless: "spec.productionVariants[*].serverlessConfig",
	}}
	return []Field{
		hosting,
		output("EndpointConfig", "spec.dataCaptureConfig.kmsKeyID", "captured requests and responses in S3", "spec.dataCaptureConfig.destinationS3URI"),
		output("EndpointConfig", "spec.asyncInferenceConfig.outputConfig.kmsKeyID", "the responses of asynchronous inference in S3",
			"spec.asyncInferenceConfig.outputConfig.s3OutputPath", "spec.asyncInferenceConfig.outputConfig.s3FailurePath"),
		output("EndpointConfig", "spec.productionVariants[*].coreDumpConfig.kmsKeyID", "core dumps of the model server in S3",
			"spec.productionVariants[*].coreDumpConfig.destinationS3URI"),
	}
}

func monitoringFields() []Field {
	var fields []Field
	for _, d := range []struct{ kind, output string }{
		{"DataQualityJobDefinition", "spec.dataQualityJobOutputConfig"},
		{"ModelBiasJobDefinition", "spec.modelBiasJobOutputConfig"},
		{"ModelExplainabilityJobDefinition", "spec.modelExplainabilityJobOutputConfig"},
		{"ModelQualityJobDefinition", "spec.modelQualityJobOutputConfig"},
	} {
		fields = append(fields,
			output(d.kind, d.output+".kmsKeyID", "the monitoring reports in S3", d.output+".monitoringOutputs[*].s3Output.s3URI"),
			clusterVolume(d.kind, "spec.jobResources.clusterConfig"))
	}
	const inline = "spec.monitoringScheduleConfig.monitoringJobDefinition"
	reports := output("MonitoringSchedule", inline+".monitoringOutputConfig.kmsKeyID", "the monitoring reports in S3",
		inline+".monitoringOutputConfig.monitoringOutputs[*].s3Output.s3URI")
	cluster := clusterVolume("MonitoringSchedule", inline+".monitoringResources.clusterConfig")
	reports.Mutable, cluster.Mutable = true, true // UpdateMonitoringSchedule carries both
	return append(fields, reports, cluster)
}

func labelingFields() []Field {
	volumes := volume("LabelingJob", "spec.labelingJobAlgorithmsConfig.labelingJobResourceConfig.volumeKMSKeyID", "the ML storage volumes of automated labeling")
	volumes.Under = "spec.labelingJobAlgorithmsConfig" // a volume key is only allowed with automated data labeling
	volumes.Accepts = idOrARN
	return []Field{
		output("LabelingJob", "spec.outputConfig.kmsKeyID", "the labeled data in S3", "spec.outputConfig.s3OutputPath"),
		volumes,
	}
}

func storageFields() []Field {
	sharing := func(kind, settings string) Field {
		f := storage(kind, settings+".sharingSettings.s3KMSKeyID", "shared notebook outputs in S3")
		f.Consequence = s3ManagedKey
		f.OnlyIf = Condition{Path: settings + ".sharingSettings.notebookOutputOption", Equals: "Allowed"}
		f.Outputs = []string{settings + ".sharingSettings.s3OutputPath"}
		f.Mutable = true
		return f
	}
	efs := storage("Domain", "spec.homeEFSFileSystemKMSKeyID", "the EFS home directories of the domain")
	efs.ReplacedBy = "spec.kmsKeyID"
	efs.NoInjectReason = "AWS has replaced it with spec.kmsKeyID"
	offline := storage("FeatureGroup", "spec.offlineStoreConfig.s3StorageConfig.kmsKeyID", "the offline feature store in S3")
	offline.Accepts = arnOnly
	online := storage("FeatureGroup", "spec.onlineStoreConfig.securityConfig.kmsKeyID", "the online feature store")
	online.Accepts = arnOnly
	online.Under = "spec.onlineStoreConfig"
	online.OnlyIf = Condition{Path: "spec.onlineStoreConfig.enableOnlineStore", Equals: "true"}
	return []Field{
		storage("NotebookInstance", "spec.kmsKeyID", "the ML storage volume of the notebook"),
		storage("Domain", "spec.kmsKeyID", "the EFS and EBS volumes of the domain, its spaces and apps"),
		efs,
		sharing("Domain", "spec.defaultUserSettings"),
		sharing("UserProfile", "spec.userSettings"),
		offline,
		online,
	}
}

func volume(kind, path, protects string) Field {
	return Field{
		Kind: sm(kind), Path: path, Purpose: PurposeVolume, Policy: volumePolicy,
		Protects: protects, Consequence: throwawayKey, Accepts: kms.AnyForm,
	}
}

func output(kind, path, protects string, outputs ...string) Field {
	return Field{
		Kind: sm(kind), Path: path, Purpose: PurposeOutput, Policy: outputPolicy,
		Protects: protects, Consequence: s3ManagedKey, Accepts: kms.AnyForm, Outputs: outputs,
	}
}

func storage(kind, path, protects string) Field {
	return Field{
		Kind: sm(kind), Path: path, Purpose: PurposeStorage, Policy: storagePolicy,
		Protects: protects, Consequence: awsOwnKey, Accepts: kms.AnyForm,
	}
}

// Keyless lists the kinds without key fields, and where their encryption comes from.
func Keyless() []KeylessKind {
	return []KeylessKind{
		{sm("App"), "the key of its Domain"},
		{sm("Endpoint"), "spec.kmsKeyID of the EndpointConfig that it references"},
		{sm("InferenceComponent"), "the EndpointConfig of its Endpoint"},
		{sm("Model"), "artifacts are in S3 under the bucket's key; volumes belong to the endpoint or the job"},
		{sm("ModelPackageGroup"), "holds no data"},
		{sm("NotebookInstanceLifecycleConfig"), "holds scripts only; AWS encrypts them with its own key"},
		{sm("Pipeline"), "each step of spec.pipelineDefinition sets its own keys"},
		{sm("PipelineExecution"), "its Pipeline; spec.pipelineParameters can override a key"},
		{sm("Project"), "its Service Catalog product or CloudFormation template"},
		{sm("Space"), "the key of its Domain"},
	}
}
