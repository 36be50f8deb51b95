package aws

// resource is what is particular about a kind of SageMaker resource.
type resource struct {
	kind string
	// identity is the member that names the resource, in every call.
	identity string
	// arn is the member of the answers that holds the ARN.
	arn string
	// status is the member that tells the state, and settled the state that the resource is in at once. A kind that is
	// never under way has none.
	status, settled string
	// missing is the error by which ACK's controller knows that there is no such resource (each kind's sdkFind in
	// sagemaker-controller v1.8.2).
	missing problem
	// adds is what Describe says beside the members of Create. ACK writes some of it into the spec (late
	// initialization) and goes on asking, every 5 s, until it has it.
	adds string
}

func resources() []resource {
	notFound := problem{Code: "ResourceNotFound", Message: "no such resource"}
	invalid := func(message string) problem { return problem{Code: "ValidationException", Message: message} }
	return []resource{
		{
			kind: "TrainingJob", identity: "TrainingJobName", arn: "TrainingJobArn",
			status: "TrainingJobStatus", settled: "Completed", missing: invalid("Requested resource not found."),
			adds: `{"OutputDataConfig":{"KmsKeyId":"","CompressionType":"GZIP"},"EnableNetworkIsolation":false,
				"EnableInterContainerTrafficEncryption":false,"EnableManagedSpotTraining":false,
				"AlgorithmSpecification":{"EnableSageMakerMetricsTimeSeries":false},"ProfilingStatus":"Disabled"}`,
		},
		{
			kind: "ProcessingJob", identity: "ProcessingJobName", arn: "ProcessingJobArn",
			status: "ProcessingJobStatus", settled: "Completed", missing: invalid("Could not find requested job"),
			adds: `{}`,
		},
		{
			kind: "TransformJob", identity: "TransformJobName", arn: "TransformJobArn",
			status: "TransformJobStatus", settled: "Completed", missing: invalid("Could not find requested job with name"),
			adds: `{"TransformInput":{"SplitType":"None","CompressionType":"None"}}`,
		},
		{
			kind: "HyperParameterTuningJob", identity: "HyperParameterTuningJobName", arn: "HyperParameterTuningJobArn",
			status: "HyperParameterTuningJobStatus", settled: "Completed", missing: notFound,
			adds: `{"TrainingJobDefinition":{"EnableNetworkIsolation":false,"EnableInterContainerTrafficEncryption":false,
				"EnableManagedSpotTraining":false,"AlgorithmSpecification":{"MetricDefinitions":[{"Name":"loss","Regex":"loss=(.*)"}]}},
				"TrainingJobStatusCounters":{"Completed":1},"ObjectiveStatusCounters":{"Succeeded":1}}`,
		},
		{
			kind: "EndpointConfig", identity: "EndpointConfigName", arn: "EndpointConfigArn",
			missing: invalid("Could not find endpoint configuration"),
			adds:    `{"EnableNetworkIsolation":false}`,
		},
		{
			kind: "Endpoint", identity: "EndpointName", arn: "EndpointArn",
			status: "EndpointStatus", settled: "InService", missing: invalid("Could not find endpoint"),
			adds: `{}`,
		},
		{
			kind: "NotebookInstance", identity: "NotebookInstanceName", arn: "NotebookInstanceArn",
			status: "NotebookInstanceStatus", settled: "InService", missing: invalid("RecordNotFound"),
			adds: `{"VolumeSizeInGB":5,"PlatformIdentifier":"notebook-al2-v2","DirectInternetAccess":"Enabled","RootAccess":"Enabled"}`,
		},
		{
			kind: "FeatureGroup", identity: "FeatureGroupName", arn: "FeatureGroupArn",
			status: "FeatureGroupStatus", settled: "Created", missing: notFound,
			adds: `{"ThroughputConfig":{"ThroughputMode":"OnDemand"},"OfflineStoreConfig":{"DisableGlueTableCreation":false,
				"S3StorageConfig":{"ResolvedOutputS3Uri":"s3://features/resolved"}}}`,
		},
		{
			kind: "DataQualityJobDefinition", identity: "JobDefinitionName", arn: "JobDefinitionArn",
			missing: notFound, adds: `{}`,
		},
	}
}
