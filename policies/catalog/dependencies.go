package catalog

// Dependency is a field that references another object with the key.
type Dependency struct {
	Kind Kind
	// Path names the other object, by the name that it has in AWS.
	Path string
	// When must hold for the row to apply.
	When Condition
	// Target is the kind of the other object; its Lookup says which field holds its name.
	Target Kind
	// Policy reports what is found, and Asks are the policies that the other
	// object must satisfy.
	Policy string
	Asks   []string
}

// Dependencies returns where a kind depends on the key of another object that
// it names, beside Endpoint and PipelineExecution, which policies know more of.
func Dependencies() []Dependency {
	const schedule = "spec.monitoringScheduleConfig."
	var rows []Dependency
	for _, kind := range []string{"DataQuality", "ModelBias", "ModelExplainability", "ModelQuality"} {
		rows = append(rows, Dependency{
			// CreateMonitoringSchedule, MonitoringType: which kind of definition the name is of.
			Kind: sm("MonitoringSchedule"), Path: schedule + "monitoringJobDefinitionName",
			When:   Condition{Path: schedule + "monitoringType", Equals: kind},
			Target: sm(kind + "JobDefinition"), Policy: outputPolicy, Asks: []string{outputPolicy, volumePolicy},
		})
	}
	for _, kind := range []string{"App", "Space", "UserProfile"} { // their storage is the Domain's
		rows = append(rows, Dependency{
			Kind: sm(kind), Path: "spec.domainID", Target: sm("Domain"), Policy: storagePolicy, Asks: []string{storagePolicy},
		})
	}
	return append(rows, Dependency{ // it runs on the endpoint's instances
		Kind: sm("InferenceComponent"), Path: "spec.endpointName", Target: sm("Endpoint"), Policy: endpointPolicy, Asks: []string{endpointPolicy},
	})
}

// DependenciesOf returns the rows that a policy reports.
func DependenciesOf(policy string) []Dependency {
	var out []Dependency
	for _, d := range Dependencies() {
		if d.Policy == policy {
			out = append(out, d)
		}
	}
	return out
}

// Reads are the fields that decide about a row.
func (d Dependency) Reads() []string {
	if d.When.Path == "" {
		return []string{d.Path}
	}
	return []string{d.Path, d.When.Path}
}
