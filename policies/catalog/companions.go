package catalog

// Network is a field that determines in which network a kind's workload runs.
type Network struct {
	Kind Kind
	// Path is the object that the Needs are fields of; [*] stands for every list element.
	Path string
	// Under is the part of Path that must exist for the row to apply.
	Under string
	// OnlyWithout names a field of list elements: the row applies where one of
	// them lacks it.
	OnlyWithout string
	// Needs are what it takes to run in the organization's VPC, the weightiest first.
	Needs []Need
}

// Need is a field that must have a value.
type Need struct {
	Field string
	// Value is the one that is good; empty if any is.
	Value string
	// Otherwise is the sentence that says what happens without it.
	Consequence string
	// Example shows how to write a value that only a person knows.
	Example string
}

// Reads are the fields that decide about a row.
func (n Network) Reads() []string {
	var out []string
	for _, need := range n.Needs {
		out = append(out, n.Path+"."+need.Field)
	}
	if n.OnlyWithout != "" {
		out = append(out, n.OnlyWithout)
	}
	return out
}

// Networks returns where each kind says in which network it runs. A TransformJob
// runs in the VPC of its Model (CreateModel, VpcConfig), an Endpoint too.
func Networks() []Network {
	const inline = "spec.monitoringScheduleConfig.monitoringJobDefinition"
	rows := []Network{
		vpcConfig("TrainingJob", "spec", "the training containers"),
		vpcConfig("HyperParameterTuningJob", "spec.trainingJobDefinition", "the training containers"),
		vpcConfig("HyperParameterTuningJob", "spec.trainingJobDefinitions[*]", "the training containers"),
		vpcConfigIn("ProcessingJob", "spec", "spec.networkConfig", "the processing containers"),
	}
	for _, kind := range []string{"DataQualityJobDefinition", "ModelBiasJobDefinition", "ModelExplainabilityJobDefinition", "ModelQualityJobDefinition"} {
		rows = append(rows, vpcConfigIn(kind, "spec", "spec.networkConfig", "the monitoring containers"))
	}
	// A variant without a model hosts inference components, which name no network
	// (CreateInferenceComponent has no VpcConfig); for the others the Model's counts.
	components := vpcConfig("EndpointConfig", "spec", "the containers of inference components")
	components.OnlyWithout = "spec.productionVariants[*].modelName"
	return append(rows,
		vpcConfigIn("MonitoringSchedule", inline, inline+".networkConfig", "the monitoring containers"),
		vpcConfig("Model", "spec", "the model's containers"),
		components,
		vpcConfigIn("LabelingJob", "spec.labelingJobAlgorithmsConfig", "spec.labelingJobAlgorithmsConfig.labelingJobResourceConfig", "the containers of automated labeling"),
		Network{Kind: sm("NotebookInstance"), Path: "spec", Under: "spec", Needs: []Need{
			{Field: "subnetID", Consequence: "the notebook runs in a SageMaker network, outside your VPC", Example: "subnet-ID"},
			// CreateNotebookInstance: it is Enabled by default.
			{Field: "directInternetAccess", Value: "Disabled", Consequence: "the notebook bypasses your VPC to reach the internet"},
		}},
		Network{Kind: sm("Domain"), Path: "spec", Under: "spec", Needs: []Need{
			// CreateDomain: "The default value is PublicInternetOnly".
			{Field: "appNetworkAccessType", Value: "VpcOnly", Consequence: "the apps of the domain bypass your VPC to reach the internet"},
		}})
}

// vpcConfig is the VpcConfig of the SageMaker API, which requires both lists.
func vpcConfig(kind, under, containers string) Network {
	return vpcConfigIn(kind, under, under, containers)
}

// vpcConfigIn is a vpcConfig in an object that need not be there.
func vpcConfigIn(kind, under, parent, containers string) Network {
	outside := containers + " run in a SageMaker network, outside your VPC"
	return Network{Kind: sm(kind), Path: parent + ".vpcConfig", Under: under, Needs: []Need{
		{Field: "subnets", Consequence: outside, Example: "[subnet-ID]"},
		{Field: "securityGroupIDs", Consequence: outside, Example: "[sg-ID]"},
	}}
}

// Traffic is where a kind says whether the traffic between its containers is encrypted.
type Traffic struct {
	Kind Kind
	// Path is the switch.
	Path string
	// Under is the part of Path that must exist for the row to apply.
	Under string
	// Instances are counts whose sum is the number of instances.
	Instances []string
}

// Reads are the fields that decide about a row.
func (t Traffic) Reads() []string { return append([]string{t.Path}, t.Instances...) }

// TrafficFields returns where traffic between containers can be encrypted.
func TrafficFields() []Traffic {
	const inline = "spec.monitoringScheduleConfig.monitoringJobDefinition"
	rows := []Traffic{
		trainingTraffic("TrainingJob", "spec"),
		trainingTraffic("HyperParameterTuningJob", "spec.trainingJobDefinition"),
		trainingTraffic("HyperParameterTuningJob", "spec.trainingJobDefinitions[*]"),
		clusterTraffic("ProcessingJob", "spec", "processingResources"),
	}
	for _, kind := range []string{"DataQualityJobDefinition", "ModelBiasJobDefinition", "ModelExplainabilityJobDefinition", "ModelQualityJobDefinition"} {
		rows = append(rows, clusterTraffic(kind, "spec", "jobResources"))
	}
	return append(rows, clusterTraffic("MonitoringSchedule", inline, "monitoringResources"))
}

// trainingTraffic is the switch of a training job, whose instances stand either
// in one count or in groups.
func trainingTraffic(kind, under string) Traffic {
	return Traffic{
		Kind: sm(kind), Path: under + ".enableInterContainerTrafficEncryption", Under: under,
		Instances: []string{under + ".resourceConfig.instanceCount", under + ".resourceConfig.instanceGroups[*].instanceCount"},
	}
}

func clusterTraffic(kind, under, resources string) Traffic {
	return Traffic{
		Kind: sm(kind), Path: under + ".networkConfig.enableInterContainerTrafficEncryption", Under: under,
		Instances: []string{under + "." + resources + ".clusterConfig.instanceCount"},
	}
}
