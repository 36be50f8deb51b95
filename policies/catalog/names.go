package catalog

// NameInAWS returns the fields of the spec that say which resource in AWS an
// object of the kind stands for: the parameters of the call by which ACK looks
// for it (requiredFieldsMissingFromReadOneInput in each kind's sdk.go). A
// Domain, a ModelPackage and a PipelineExecution are found by an ID that AWS
// gives them; the name is what a person takes them for.
func NameInAWS(kind Kind) []string {
	switch kind.Name {
	case "App":
		return []string{"domainID", "userProfileName", "spaceName", "appType", "appName"}
	case "Space":
		return []string{"domainID", "spaceName"}
	case "UserProfile":
		return []string{"domainID", "userProfileName"}
	case "ModelPackage":
		return []string{"modelPackageName", "modelPackageGroupName"}
	case "DataQualityJobDefinition", "ModelBiasJobDefinition", "ModelExplainabilityJobDefinition", "ModelQualityJobDefinition":
		return []string{"jobDefinitionName"}
	case "HyperParameterTuningJob":
		return []string{"hyperParameterTuningJobName"}
	case "PipelineExecution":
		return []string{"pipelineName"}
	case "Bucket":
		return []string{"name"}
	}
	return []string{firstLower(kind.Name) + "Name"}
}

// UpdatesKeys reports whether ACK carries out an update of the kind that
// changes which key protects the resource. Of the others, a key that is changed
// later never reaches AWS.
func UpdatesKeys(kind Kind) bool {
	switch kind.Name {
	case "Endpoint", "Pipeline": // by the EndpointConfig it names, and by its definition
		return true
	}
	for _, f := range Fields() {
		if f.Kind == kind && f.Mutable {
			return true
		}
	}
	return false
}

func firstLower(name string) string { return string(name[0]|0x20) + name[1:] }
