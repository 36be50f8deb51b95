package catalog

import (
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
)

const pipelinePolicy = "sagemaker-pipeline-key"

// StepType is a type of step in a pipeline's definition, and where its
// arguments name keys.
type StepType struct {
	// Name is the step's Type, as in the JSON schema of pipeline definitions
	// (aws-sagemaker-mlops/sagemaker-model-building-pipeline-definition-JSON-schema).
	Name string
	// Request is the SageMaker call that the step makes: its Arguments have
	// that call's request for a shape.
	Request string
	// Fields have paths from the step on, in the spelling of the API.
	Fields []Field
}

// StepTypes lists the step types that name keys. Most make the calls that ACK
// makes too, so that their rows follow from those of the kinds.
func StepTypes() []StepType {
	variants := stepOutput("ShadowProductionVariants[*].CoreDumpConfig.KmsKeyId", "core dumps of shadow variants in S3", "ShadowProductionVariants[*].CoreDumpConfig.DestinationS3Uri")
	config := StepType{Name: "EndpointConfig", Request: "CreateEndpointConfig", Fields: append(stepFields("EndpointConfig"), variants)}
	config.Fields[0].InstanceTypes = append(config.Fields[0].InstanceTypes, InstanceType{
		Path: arguments + "ShadowProductionVariants[*].InstanceType", Unless: arguments + "ShadowProductionVariants[*].ServerlessConfig",
	})
	processing := func(name string) StepType {
		return StepType{Name: name, Request: "CreateProcessingJob", Fields: stepFields("ProcessingJob")}
	}
	return []StepType{
		{Name: "Training", Request: "CreateTrainingJob", Fields: stepFields("TrainingJob")},
		processing("Processing"),
		processing("QualityCheck"), // both checks run as processing jobs
		processing("ClarifyCheck"),
		{Name: "Transform", Request: "CreateTransformJob", Fields: append(stepFields("TransformJob"),
			stepOutput("DataCaptureConfig.KmsKeyId", "captured batches in S3", "DataCaptureConfig.DestinationS3Uri"))},
		{Name: "Tuning", Request: "CreateHyperParameterTuningJob", Fields: append(stepFields("HyperParameterTuningJob"),
			tuningVolume("TrainingJobDefinition"), tuningVolume("TrainingJobDefinitions[*]"))},
		{Name: "AutoML", Request: "CreateAutoMLJob", Fields: autoMLFields()},
		{Name: "RegisterModel", Request: "CreateModelPackage", Fields: append(stepFields("ModelPackage"), packageKey())},
		config,
	}
}

// arguments begins the paths of step fields.
const arguments = "Arguments."

// stepFields are the rows of a kind as they stand in a step.
func stepFields(kind string) []Field {
	var out []Field
	for _, f := range sagemakerFields() {
		if f.Kind == sm(kind) {
			out = append(out, stepField(f))
		}
	}
	return out
}

func stepField(f Field) Field {
	f.Kind, f.Policy = sm("Pipeline"), pipelinePolicy
	f.Mutable = true // UpdatePipeline replaces the definition
	f.Path, f.Under, f.OnlyIf.Path = apiPath(f.Path), apiPath(f.Under), apiPath(f.OnlyIf.Path)
	for i, t := range f.InstanceTypes {
		f.InstanceTypes[i] = InstanceType{apiPath(t.Path), apiPath(t.Unless)}
	}
	for i, o := range f.Outputs {
		f.Outputs[i] = apiPath(o)
	}
	return f
}

// apiPath turns ACK's spelling of a path into the API's:
// spec.resourceConfig.volumeKMSKeyID into Arguments.ResourceConfig.VolumeKmsKeyId.
func apiPath(path string) string {
	path, ok := strings.CutPrefix(path, "spec.")
	if !ok {
		return path
	}
	names := strings.Split(path, ".")
	for i, name := range names {
		for _, initials := range [][2]string{{"KMS", "Kms"}, {"ID", "Id"}, {"URI", "Uri"}} {
			name = strings.ReplaceAll(name, initials[0], initials[1])
		}
		names[i] = strings.ToUpper(name[:1]) + name[1:]
	}
	return arguments + strings.Join(names, ".")
}

// StepKey is the row of a key of which no more is known than its purpose.
func StepKey(purpose Purpose) Field {
	return Field{Kind: sm("Pipeline"), Policy: pipelinePolicy, Purpose: purpose, Accepts: kms.AnyForm, Mutable: true}
}

// stepKey is a row for what ACK does not expose.
func stepKey(path, protects string) Field {
	f := StepKey(PurposeOutput)
	f.Path, f.Protects, f.Consequence = arguments+path, protects, s3ManagedKey
	return f
}

func stepOutput(path, protects, output string) Field {
	f := stepKey(path, protects)
	f.Outputs = []string{arguments + output}
	return f
}

// tuningVolume is the volume where a definition names instances for tuning
// instead of a ResourceConfig.
func tuningVolume(definition string) Field {
	config := definition + ".HyperParameterTuningResourceConfig"
	f := stepKey(config+".VolumeKmsKeyId", "the ML storage volumes of training")
	f.Purpose, f.Consequence = PurposeVolume, throwawayKey
	f.InstanceTypes = []InstanceType{{Path: arguments + config + ".InstanceType"}, {Path: arguments + config + ".InstanceConfigs[*].InstanceType"}}
	return f
}

// autoMLFields has no instance types: SageMaker chooses the instances itself.
func autoMLFields() []Field {
	volume := stepKey("AutoMLJobConfig.SecurityConfig.VolumeKmsKeyId", "the ML storage volumes of AutoML")
	volume.Purpose, volume.Consequence, volume.Under = PurposeVolume, throwawayKey, "Arguments"
	return []Field{
		stepOutput("OutputDataConfig.KmsKeyId", "the AutoML artifacts in S3", "OutputDataConfig.S3OutputPath"),
		volume,
	}
}

// packageKey is only evaluated where SecurityConfig is there: whether a step may have one is not documented.
func packageKey() Field {
	f := stepKey("SecurityConfig.KmsKeyId", "the model package")
	f.Purpose, f.Consequence = PurposeStorage, awsOwnKey
	return f
}
