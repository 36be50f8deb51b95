package aws

import (
	"slices"
	"strings"
)

// resource is what is particular about a kind of SageMaker resource.
type resource struct {
	kind string
	// identity is the member that names the resource, in every call.
	identity string
	// arn is the member of the answers that holds the ARN.
	arn string
	// handle is the member by which later calls name the resource where they do not use its name: an ID that AWS gave
	// it, or the ARN.
	handle string
	// startedFrom is the member that names the parent of a resource that Start makes, and which has no name of its own.
	startedFrom string
	// status is the member that gives the state, and settled the state that the resource is in at once. A kind that is
	// never under way has none.
	status, settled string
	// missing is the error by which ACK's controller knows that there is no such resource (each kind's sdkFind in
	// sagemaker-controller v1.8.2).
	missing problem
	// adds is what Describe says beside the members of Create, and completes what it says within members that Create
	// has, both in JSON. ACK writes some of it into the spec (late initialization) and goes on asking, every 5 s, until
	// it has it.
	adds, completes string
}

func resources() []resource {
	return slices.Concat(jobs(), hosting(), pipelines(), monitoring(), studio())
}

// notFound and invalid are the two ways in which SageMaker says that there is no such resource.
func notFound() problem {
	return problem{Code: "ResourceNotFound", Message: "no such resource"}
}

func invalid(message string) problem {
	return problem{Code: "ValidationException", Message: message}
}

func jobs() []resource {
	return []resource{
		{
			kind: "TrainingJob", identity: "TrainingJobName", arn: "TrainingJobArn",
			status: "TrainingJobStatus", settled: "Completed", missing: invalid("Requested resource not found."),
			adds: `{"EnableNetworkIsolation":false,"EnableInterContainerTrafficEncryption":false,
				"EnableManagedSpotTraining":false,"ProfilingStatus":"Disabled"}`,
			completes: `{"OutputDataConfig":{"KmsKeyId":"","CompressionType":"GZIP"},
				"AlgorithmSpecification":{"EnableSageMakerMetricsTimeSeries":false}}`,
		},
		{
			kind: "HyperParameterTuningJob", identity: "HyperParameterTuningJobName", arn: "HyperParameterTuningJobArn",
			status: "HyperParameterTuningJobStatus", settled: "Completed", missing: notFound(),
			adds: `{"TrainingJobStatusCounters":{"Completed":1},"ObjectiveStatusCounters":{"Succeeded":1}}`,
			completes: `{"TrainingJobDefinition":{"EnableNetworkIsolation":false,"EnableInterContainerTrafficEncryption":false,
				"EnableManagedSpotTraining":false,"AlgorithmSpecification":{"MetricDefinitions":[{"Name":"loss","Regex":"loss=(.*)"}]}}}`,
		},
		{
			kind: "ProcessingJob", identity: "ProcessingJobName", arn: "ProcessingJobArn",
			status: "ProcessingJobStatus", settled: "Completed", missing: invalid("Could not find requested job"),
		},
		{
			kind: "TransformJob", identity: "TransformJobName", arn: "TransformJobArn",
			status: "TransformJobStatus", settled: "Completed", missing: invalid("Could not find requested job with name"),
			completes: `{"TransformInput":{"SplitType":"None","CompressionType":"None"}}`,
		},
		{
			kind: "LabelingJob", identity: "LabelingJobName", arn: "LabelingJobArn",
			status: "LabelingJobStatus", settled: "Completed", missing: invalid("no such job"),
			completes: `{"OutputConfig":{"KmsKeyId":""},"LabelingJobAlgorithmsConfig":{"LabelingJobResourceConfig":{}},
				"HumanTaskConfig":{"MaxConcurrentTaskCount":1000,"TaskAvailabilityLifetimeInSeconds":864000}}`,
		},
	}
}

func hosting() []resource {
	return []resource{
		{
			kind: "EndpointConfig", identity: "EndpointConfigName", arn: "EndpointConfigArn",
			missing: invalid("Could not find endpoint configuration"),
			adds:    `{"EnableNetworkIsolation":false}`,
		},
		{
			kind: "Endpoint", identity: "EndpointName", arn: "EndpointArn",
			status: "EndpointStatus", settled: "InService", missing: invalid("Could not find endpoint"),
		},
		{
			kind: "ModelPackage", identity: "ModelPackageName", arn: "ModelPackageArn", handle: "ModelPackageArn",
			status: "ModelPackageStatus", settled: "Completed", missing: invalid("ModelPackage does not exist."),
			adds: `{"CertifyForMarketplace":false}`,
		},
		{
			kind: "FeatureGroup", identity: "FeatureGroupName", arn: "FeatureGroupArn",
			status: "FeatureGroupStatus", settled: "Created", missing: notFound(),
			adds: `{"ThroughputConfig":{"ThroughputMode":"OnDemand"}}`,
			completes: `{"OfflineStoreConfig":{"DisableGlueTableCreation":false,
				"S3StorageConfig":{"ResolvedOutputS3Uri":"s3://features/resolved"}}}`,
		},
		{
			kind: "Model", identity: "ModelName", arn: "ModelArn", missing: invalid("Could not find model"),
			adds: `{"EnableNetworkIsolation":false}`,
		},
		{
			kind: "InferenceComponent", identity: "InferenceComponentName", arn: "InferenceComponentArn",
			status: "InferenceComponentStatus", settled: "InService", missing: invalid("Could not find inference component"),
		},
		{
			kind: "ModelPackageGroup", identity: "ModelPackageGroupName", arn: "ModelPackageGroupArn",
			status: "ModelPackageGroupStatus", settled: "Completed", missing: invalid("ModelPackageGroup does not exist."),
		},
	}
}

func pipelines() []resource {
	return []resource{
		{
			kind: "Pipeline", identity: "PipelineName", arn: "PipelineArn",
			status: "PipelineStatus", settled: "Active",
			missing: problem{Code: "ResourceNotFound", Message: "Pipeline does not exist."},
		},
		{
			kind: "PipelineExecution", identity: "PipelineExecutionArn", arn: "PipelineExecutionArn", startedFrom: "PipelineName",
			status: "PipelineExecutionStatus", settled: "Succeeded",
			missing: problem{Code: "ResourceNotFound", Message: "PipelineExecution does not exist"},
		},
		{
			kind: "Project", identity: "ProjectName", arn: "ProjectArn",
			status: "ProjectStatus", settled: "CreateCompleted", missing: invalid("Project does not exist"),
		},
	}
}

func monitoring() []resource {
	return []resource{
		{kind: "DataQualityJobDefinition", identity: "JobDefinitionName", arn: "JobDefinitionArn", missing: notFound()},
		{kind: "ModelBiasJobDefinition", identity: "JobDefinitionName", arn: "JobDefinitionArn", missing: notFound()},
		{kind: "ModelExplainabilityJobDefinition", identity: "JobDefinitionName", arn: "JobDefinitionArn", missing: notFound()},
		{kind: "ModelQualityJobDefinition", identity: "JobDefinitionName", arn: "JobDefinitionArn", missing: notFound()},
		{
			kind: "MonitoringSchedule", identity: "MonitoringScheduleName", arn: "MonitoringScheduleArn",
			status: "MonitoringScheduleStatus", settled: "Scheduled", missing: notFound(),
		},
	}
}

func studio() []resource {
	return []resource{
		{
			kind: "NotebookInstance", identity: "NotebookInstanceName", arn: "NotebookInstanceArn",
			status: "NotebookInstanceStatus", settled: "InService", missing: invalid("RecordNotFound"),
			adds: `{"VolumeSizeInGB":5,"PlatformIdentifier":"notebook-al2-v2","DirectInternetAccess":"Enabled","RootAccess":"Enabled"}`,
		},
		{
			kind: "Domain", identity: "DomainName", arn: "DomainArn", handle: "DomainId",
			status: "Status", settled: "InService", missing: notFound(),
			adds:      `{"AppNetworkAccessType":"PublicInternetOnly"}`,
			completes: `{"DefaultUserSettings":{"DefaultLandingUri":"studio::","StudioWebPortal":"ENABLED"}}`,
		},
		{
			kind: "UserProfile", identity: "UserProfileName", arn: "UserProfileArn",
			status: "Status", settled: "InService", missing: notFound(),
			completes: `{"UserSettings":{"SpaceStorageSettings":{"DefaultEbsStorageSettings":{"DefaultEbsVolumeSizeInGb":5,"MaximumEbsVolumeSizeInGb":100}}}}`,
		},
		{
			kind: "Space", identity: "SpaceName", arn: "SpaceArn", status: "Status", settled: "InService", missing: notFound(),
		},
		{
			kind: "App", identity: "AppName", arn: "AppArn", status: "Status", settled: "InService", missing: notFound(),
			adds: `{"ResourceSpec":{"InstanceType":"system"}}`,
		},
		{
			kind: "NotebookInstanceLifecycleConfig", identity: "NotebookInstanceLifecycleConfigName",
			arn: "NotebookInstanceLifecycleConfigArn", missing: invalid("Unable to describe Notebook Instance Lifecycle Config"),
		},
	}
}

// idPrefix starts the IDs that AWS gives where a resource's handle is one; the name follows.
const idPrefix = "d-"

// nameIn is the name of the resource that a call is about.
func (r *resource) nameIn(members map[string]any) string {
	if name, ok := members[r.identity].(string); ok {
		_, last, isARN := strings.Cut(name, "/")
		if isARN {
			return last
		}
		return name
	}
	handle, _ := members[r.handle].(string)
	if _, name, isARN := strings.Cut(handle, "/"); isARN {
		return name
	}
	return strings.TrimPrefix(handle, idPrefix)
}
