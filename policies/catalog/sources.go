package catalog

// Source is a place in an object that names data in S3: what SageMaker reads
// there, or writes.
type Source struct {
	Kind Kind
	// Path is the field with the URI, in the CRD's spelling; [*] stands for every list element.
	Path string
	// Holds names the data, for messages: "bucket X holds …".
	Holds string
}

// Keyless reports whether the field has no key field beside it, so that only the
// bucket's own encryption protects what is written there (CreateTrainingJob,
// CheckpointConfig, DebugHookConfig, ProfilerConfig, TensorBoardOutputConfig).
func (s Source) Keyless() bool { return s.Holds == checkpoints || s.Holds == debugData }

// What the data are.
const (
	inputData    = "the input data"
	outputData   = "the output"
	modelData    = "the model data"
	checkpoints  = "the checkpoints"
	debugData    = "the data of debugger and profiler"
	baselines    = "the baseline of monitoring"
	groundTruth  = "the ground truth"
	reports      = "the monitoring reports"
	metrics      = "the metrics of the model"
	sharedFiles  = "files that notebooks mount"
	featureData  = "the offline feature store"
	notebookData = "shared notebook outputs"
)

// Sources returns every S3 URI of both groups behind which data lie. Scripts,
// templates and configuration are no data. FeatureGroup's resolvedOutputS3URI is
// omitted as well: it lies under the s3URI beside it, and ACK fills it in by a
// write of its own, which must not wait for an admission webhook.
func Sources() []Source {
	var out []Source
	for _, group := range [][]Source{trainingSources(), batchSources(), monitoringSources(), hostingSources(), packageSources(), studioSources()} {
		out = append(out, group...)
	}
	return out
}

func sources(kind, holds string, paths ...string) []Source {
	out := make([]Source, 0, len(paths))
	for _, path := range paths {
		out = append(out, Source{sm(kind), path, holds})
	}
	return out
}

func trainingSources() []Source {
	var out []Source
	for _, t := range []struct{ kind, root string }{
		{"TrainingJob", "spec"},
		{"HyperParameterTuningJob", "spec.trainingJobDefinition"},
		{"HyperParameterTuningJob", "spec.trainingJobDefinitions[*]"},
	} {
		out = append(out, sources(t.kind, inputData, t.root+".inputDataConfig[*].dataSource.s3DataSource.s3URI")...)
		out = append(out, sources(t.kind, outputData, t.root+".outputDataConfig.s3OutputPath")...)
		out = append(out, sources(t.kind, checkpoints, t.root+".checkpointConfig.s3URI")...)
	}
	return append(out, sources("TrainingJob", debugData,
		"spec.debugHookConfig.s3OutputPath", "spec.debugRuleConfigurations[*].s3OutputPath",
		"spec.profilerConfig.s3OutputPath", "spec.profilerRuleConfigurations[*].s3OutputPath",
		"spec.tensorBoardOutputConfig.s3OutputPath")...)
}

func batchSources() []Source {
	var out []Source
	for _, group := range [][]Source{
		sources("ProcessingJob", inputData, "spec.processingInputs[*].s3Input.s3URI"),
		sources("ProcessingJob", "the results of the query",
			"spec.processingInputs[*].datasetDefinition.athenaDatasetDefinition.outputS3URI",
			"spec.processingInputs[*].datasetDefinition.redshiftDatasetDefinition.outputS3URI"),
		sources("ProcessingJob", outputData, "spec.processingOutputConfig.outputs[*].s3Output.s3URI"),
		sources("TransformJob", inputData, "spec.transformInput.dataSource.s3DataSource.s3URI"),
		sources("TransformJob", outputData, "spec.transformOutput.s3OutputPath"),
		sources("LabelingJob", "the manifest of the input data", "spec.inputConfig.dataSource.s3DataSource.manifestS3URI"),
		sources("LabelingJob", outputData, "spec.outputConfig.s3OutputPath"),
	} {
		out = append(out, group...)
	}
	return out
}

func monitoringSources() []Source {
	var out []Source
	for _, d := range []struct {
		kind, name            string
		statistics, labelData bool
	}{
		{"DataQualityJobDefinition", "dataQuality", true, false},
		{"ModelBiasJobDefinition", "modelBias", false, true},
		{"ModelExplainabilityJobDefinition", "modelExplainability", false, false},
		{"ModelQualityJobDefinition", "modelQuality", false, true},
	} {
		out = append(out, sources(d.kind, baselines, "spec."+d.name+"BaselineConfig.constraintsResource.s3URI")...)
		if d.statistics {
			out = append(out, sources(d.kind, baselines, "spec."+d.name+"BaselineConfig.statisticsResource.s3URI")...)
		}
		if d.labelData {
			out = append(out, sources(d.kind, groundTruth, "spec."+d.name+"JobInput.groundTruthS3Input.s3URI")...)
		}
		out = append(out, sources(d.kind, reports, "spec."+d.name+"JobOutputConfig.monitoringOutputs[*].s3Output.s3URI")...)
	}
	const inline = "spec.monitoringScheduleConfig.monitoringJobDefinition"
	out = append(out, sources("MonitoringSchedule", baselines,
		inline+".baselineConfig.constraintsResource.s3URI", inline+".baselineConfig.statisticsResource.s3URI")...)
	return append(out, sources("MonitoringSchedule", reports, inline+".monitoringOutputConfig.monitoringOutputs[*].s3Output.s3URI")...)
}

func hostingSources() []Source {
	var out []Source
	for _, group := range [][]Source{
		sources("Model", modelData,
			"spec.primaryContainer.modelDataURL", "spec.primaryContainer.modelDataSource.s3DataSource.s3URI",
			"spec.containers[*].modelDataURL", "spec.containers[*].modelDataSource.s3DataSource.s3URI"),
		sources("InferenceComponent", modelData, "spec.specification.container.artifactURL"),
		sources("EndpointConfig", "captured requests and responses", "spec.dataCaptureConfig.destinationS3URI"),
		sources("EndpointConfig", "the responses of asynchronous inference",
			"spec.asyncInferenceConfig.outputConfig.s3OutputPath", "spec.asyncInferenceConfig.outputConfig.s3FailurePath"),
		sources("EndpointConfig", "core dumps", "spec.productionVariants[*].coreDumpConfig.destinationS3URI"),
		sources("FeatureGroup", featureData, "spec.offlineStoreConfig.s3StorageConfig.s3URI"),
	} {
		out = append(out, group...)
	}
	return out
}

func packageSources() []Source {
	const validation = "spec.validationSpecification.validationProfiles[*].transformJobDefinition"
	out := sources("ModelPackage", modelData,
		"spec.inferenceSpecification.containers[*].modelDataURL", "spec.inferenceSpecification.containers[*].additionalS3DataSource.s3URI",
		"spec.additionalInferenceSpecifications[*].containers[*].modelDataURL", "spec.additionalInferenceSpecifications[*].containers[*].additionalS3DataSource.s3URI",
		"spec.sourceAlgorithmSpecification.sourceAlgorithms[*].modelDataURL")
	out = append(out, sources("ModelPackage", inputData, "spec.samplePayloadURL", validation+".transformInput.dataSource.s3DataSource.s3URI")...)
	out = append(out, sources("ModelPackage", outputData, validation+".transformOutput.s3OutputPath")...)
	out = append(out, sources("ModelPackage", baselines,
		"spec.driftCheckBaselines.bias.postTrainingConstraints.s3URI", "spec.driftCheckBaselines.bias.preTrainingConstraints.s3URI",
		"spec.driftCheckBaselines.explainability.constraints.s3URI",
		"spec.driftCheckBaselines.modelDataQuality.constraints.s3URI", "spec.driftCheckBaselines.modelDataQuality.statistics.s3URI",
		"spec.driftCheckBaselines.modelQuality.constraints.s3URI", "spec.driftCheckBaselines.modelQuality.statistics.s3URI")...)
	return append(out, sources("ModelPackage", metrics,
		"spec.modelMetrics.bias.report.s3URI", "spec.modelMetrics.bias.preTrainingReport.s3URI", "spec.modelMetrics.bias.postTrainingReport.s3URI",
		"spec.modelMetrics.explainability.report.s3URI",
		"spec.modelMetrics.modelDataQuality.constraints.s3URI", "spec.modelMetrics.modelDataQuality.statistics.s3URI",
		"spec.modelMetrics.modelQuality.constraints.s3URI", "spec.modelMetrics.modelQuality.statistics.s3URI")...)
}

func studioSources() []Source {
	out := sources("Domain", sharedFiles,
		"spec.defaultUserSettings.customFileSystemConfigs[*].s3FileSystemConfig.s3URI",
		"spec.defaultSpaceSettings.customFileSystemConfigs[*].s3FileSystemConfig.s3URI")
	out = append(out, sources("Domain", notebookData, "spec.defaultUserSettings.sharingSettings.s3OutputPath")...)
	out = append(out, sources("Domain", "the data of projects", "spec.domainSettings.unifiedStudioSettings.projectS3Path")...)
	out = append(out, sources("UserProfile", sharedFiles, "spec.userSettings.customFileSystemConfigs[*].s3FileSystemConfig.s3URI")...)
	out = append(out, sources("UserProfile", notebookData, "spec.userSettings.sharingSettings.s3OutputPath")...)
	return append(out, sources("Space", sharedFiles, "spec.spaceSettings.customFileSystems[*].s3FileSystem.s3URI")...)
}
