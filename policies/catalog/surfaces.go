package catalog

// Surface is a place in an ACK object where people write text of their own, and
// with it sometimes a secret.
type Surface struct {
	Kind Kind
	// Path is the field, in the CRD's spelling; [*] stands for every list element.
	Path string
	// Form is how the text stands there.
	Form Form
	// Name is, of a Parameter, the field beside it that names it.
	Name string
}

// Form is how text stands in a field.
type Form uint8

// The forms of text.
const (
	// Variables is a map of names to values, such as an environment.
	Variables Form = iota + 1
	// Properties is a map that nothing reads at run time.
	Properties
	// Arguments is a list that makes up a command line.
	Arguments
	// Parameter is a value whose name stands beside it.
	Parameter
	// Script is a shell script in base64.
	Script
	// Document is JSON in a string.
	Document
)

// SurfacesOf returns the surfaces of a kind, in the catalog's order.
func SurfacesOf(kind Kind) []Surface {
	var out []Surface
	for _, s := range Surfaces() {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

// KindsWithSurfaces returns the kinds that have surfaces, in the catalog's order.
func KindsWithSurfaces() []Kind {
	var out []Kind
	seen := map[Kind]bool{}
	for _, s := range Surfaces() {
		if !seen[s.Kind] {
			seen[s.Kind] = true
			out = append(out, s.Kind)
		}
	}
	return out
}

// Surfaces lists every map of strings, every command line and every script or
// document of the SageMaker CRDs (sagemaker-controller v1.8.2). The Bucket has none.
func Surfaces() []Surface {
	const (
		inline   = "spec.monitoringScheduleConfig.monitoringJobDefinition"
		validate = "spec.validationSpecification.validationProfiles[*].transformJobDefinition"
	)
	list := func(kind string, form Form, paths ...string) []Surface {
		out := make([]Surface, len(paths))
		for i, path := range paths {
			out[i] = Surface{Kind: sm(kind), Path: path, Form: form}
		}
		return out
	}
	var out []Surface
	for _, surfaces := range [][]Surface{
		list("TrainingJob", Variables,
			"spec.environment",
			"spec.hyperParameters",
			"spec.debugHookConfig.hookParameters",
			"spec.debugHookConfig.collectionConfigurations[*].collectionParameters",
			"spec.debugRuleConfigurations[*].ruleParameters",
			"spec.profilerConfig.profilingParameters",
			"spec.profilerRuleConfigurations[*].ruleParameters"),
		list("HyperParameterTuningJob", Variables,
			"spec.trainingJobDefinition.staticHyperParameters",
			"spec.trainingJobDefinitions[*].staticHyperParameters"),
		list("ProcessingJob", Variables, "spec.environment"),
		list("ProcessingJob", Arguments, "spec.appSpecification.containerArguments", "spec.appSpecification.containerEntrypoint"),
		list("TransformJob", Variables, "spec.environment"),
		list("Model", Variables, "spec.primaryContainer.environment", "spec.containers[*].environment"),
		list("InferenceComponent", Variables, "spec.specification.container.environment"),
		list("ModelPackage", Variables,
			"spec.inferenceSpecification.containers[*].environment",
			"spec.additionalInferenceSpecifications[*].containers[*].environment",
			validate+".environment"),
		list("ModelPackage", Properties, "spec.customerMetadataProperties"),
		list("DataQualityJobDefinition", Variables, "spec.dataQualityAppSpecification.environment"),
		list("DataQualityJobDefinition", Arguments, "spec.dataQualityAppSpecification.containerArguments", "spec.dataQualityAppSpecification.containerEntrypoint"),
		list("ModelBiasJobDefinition", Variables, "spec.modelBiasAppSpecification.environment"),
		list("ModelExplainabilityJobDefinition", Variables, "spec.modelExplainabilityAppSpecification.environment"),
		list("ModelQualityJobDefinition", Variables, "spec.modelQualityAppSpecification.environment"),
		list("ModelQualityJobDefinition", Arguments, "spec.modelQualityAppSpecification.containerArguments", "spec.modelQualityAppSpecification.containerEntrypoint"),
		list("MonitoringSchedule", Variables, inline+".environment"),
		list("MonitoringSchedule", Arguments, inline+".monitoringAppSpecification.containerArguments", inline+".monitoringAppSpecification.containerEntrypoint"),
		list("NotebookInstanceLifecycleConfig", Script, "spec.onCreate[*].content", "spec.onStart[*].content"),
		list("Pipeline", Document, "spec.pipelineDefinition"),
		{
			{sm("PipelineExecution"), "spec.pipelineParameters[*].value", Parameter, "spec.pipelineParameters[*].name"},
			{sm("Project"), "spec.serviceCatalogProvisioningDetails.provisioningParameters[*].value", Parameter, "spec.serviceCatalogProvisioningDetails.provisioningParameters[*].key"},
			{sm("Project"), "spec.templateProviders[*].cfnTemplateProvider.parameters[*].value", Parameter, "spec.templateProviders[*].cfnTemplateProvider.parameters[*].key"},
		},
	} {
		out = append(out, surfaces...)
	}
	return out
}
