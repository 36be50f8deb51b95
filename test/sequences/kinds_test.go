package sequences

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kind is a kind that cmkgate evaluates.
type kind struct {
	name string
	// identity is the field of the spec that names the resource in AWS; identityFree tells a kind that has none, because
	// AWS names it.
	identity string
	// needs are kinds that a resource is made of: each is an object of the same scene.
	needs []string
}

func kinds() []kind {
	return []kind{
		{name: "TrainingJob", identity: "trainingJobName"},
		{name: "ProcessingJob", identity: "processingJobName"},
		{name: "TransformJob", identity: "transformJobName"},
		{name: "HyperParameterTuningJob", identity: "hyperParameterTuningJobName"},
		{name: "EndpointConfig", identity: "endpointConfigName"},
		{name: "Endpoint", identity: "endpointName", needs: []string{"EndpointConfig"}},
		{name: "NotebookInstance", identity: "notebookInstanceName"},
		{name: "FeatureGroup", identity: "featureGroupName"},
		{name: "DataQualityJobDefinition", identity: "jobDefinitionName"},
		{name: "ModelBiasJobDefinition", identity: "jobDefinitionName"},
		{name: "ModelExplainabilityJobDefinition", identity: "jobDefinitionName"},
		{name: "ModelQualityJobDefinition", identity: "jobDefinitionName"},
		{name: "MonitoringSchedule", identity: "monitoringScheduleName"},
		{name: "LabelingJob", identity: "labelingJobName"},
		{name: "ModelPackage", identity: "modelPackageName"},
		{name: "Domain", identity: "domainName"},
		{name: "UserProfile", identity: "userProfileName"},
		{name: "Bucket", identity: "name"},
		{name: "Model", identity: "modelName"},
		{name: "Pipeline", identity: "pipelineName"},
		{name: "PipelineExecution", needs: []string{"Pipeline"}},
		{name: "Space", identity: "spaceName", needs: []string{"Domain"}},
		{name: "App", identity: "appName", needs: []string{"Domain"}},
		{name: "InferenceComponent", identity: "inferenceComponentName", needs: []string{"EndpointConfig", "Endpoint"}},
		{name: "NotebookInstanceLifecycleConfig", identity: "notebookInstanceLifecycleConfigName"},
		{name: "Project", identity: "projectName"},
	}
}

func kindNamed(name string) (kind, bool) {
	for _, k := range kinds() {
		if k.name == name {
			return k, true
		}
	}
	return kind{}, false
}

func (k *kind) service() string {
	if k.name == "Bucket" {
		return "s3"
	}
	return "sagemaker"
}

func (k *kind) resource() schema.GroupVersionResource {
	return schema.GroupVersionResource{
		Group: k.service() + ".services.k8s.aws", Version: "v1alpha1", Resource: strings.ToLower(k.name) + "s",
	}
}

// finalizer is the one by which ACK marks what it manages.
func (k *kind) finalizer() string {
	return "finalizers." + k.service() + ".services.k8s.aws/" + k.name
}
