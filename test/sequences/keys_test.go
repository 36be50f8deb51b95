package sequences

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/test/ack/aws"
)

// need is a place in what AWS has of a resource where a key must stand. The table is written from AWS's API reference, and
// apart from cmkgate's catalog, which it is there to contradict.
type need struct {
	kind string
	// place are members, below which [] is every element of a list. Its parent must be there for the key to be needed.
	place string
	// instances, where given, are the instance types that the key is for: one with local storage has no use for it. They
	// are below the parent of the place, or at it.
	instances bool
	// when is a member, beside or above, with the value that makes the key needed.
	when, is string
}

func needs() []need {
	return []need{
		{kind: "TrainingJob", place: "OutputDataConfig.KmsKeyId"},
		{kind: "TrainingJob", place: "ResourceConfig.VolumeKmsKeyId", instances: true},
		{kind: "ProcessingJob", place: "ProcessingOutputConfig.KmsKeyId"},
		{kind: "ProcessingJob", place: "ProcessingResources.ClusterConfig.VolumeKmsKeyId", instances: true},
		{kind: "TransformJob", place: "TransformOutput.KmsKeyId"},
		{kind: "TransformJob", place: "TransformResources.VolumeKmsKeyId", instances: true},
		{kind: "HyperParameterTuningJob", place: "TrainingJobDefinition.OutputDataConfig.KmsKeyId"},
		{kind: "HyperParameterTuningJob", place: "TrainingJobDefinition.ResourceConfig.VolumeKmsKeyId", instances: true},
		{kind: "HyperParameterTuningJob", place: "TrainingJobDefinitions[].OutputDataConfig.KmsKeyId"},
		{kind: "HyperParameterTuningJob", place: "TrainingJobDefinitions[].ResourceConfig.VolumeKmsKeyId", instances: true},
		{kind: "EndpointConfig", place: "KmsKeyId", instances: true},
		{kind: "EndpointConfig", place: "DataCaptureConfig.KmsKeyId"},
		{kind: "EndpointConfig", place: "AsyncInferenceConfig.OutputConfig.KmsKeyId"},
		{kind: "EndpointConfig", place: "ProductionVariants[].CoreDumpConfig.KmsKeyId"},
		{kind: "NotebookInstance", place: "KmsKeyId"},
		{kind: "FeatureGroup", place: "OfflineStoreConfig.S3StorageConfig.KmsKeyId"},
		{kind: "FeatureGroup", place: "OnlineStoreConfig.SecurityConfig.KmsKeyId", when: "OnlineStoreConfig.EnableOnlineStore", is: "true"},
		{kind: "DataQualityJobDefinition", place: "DataQualityJobOutputConfig.KmsKeyId"},
		{kind: "DataQualityJobDefinition", place: "JobResources.ClusterConfig.VolumeKmsKeyId", instances: true},
		{kind: "ModelBiasJobDefinition", place: "ModelBiasJobOutputConfig.KmsKeyId"},
		{kind: "ModelBiasJobDefinition", place: "JobResources.ClusterConfig.VolumeKmsKeyId", instances: true},
		{kind: "ModelExplainabilityJobDefinition", place: "ModelExplainabilityJobOutputConfig.KmsKeyId"},
		{kind: "ModelExplainabilityJobDefinition", place: "JobResources.ClusterConfig.VolumeKmsKeyId", instances: true},
		{kind: "ModelQualityJobDefinition", place: "ModelQualityJobOutputConfig.KmsKeyId"},
		{kind: "ModelQualityJobDefinition", place: "JobResources.ClusterConfig.VolumeKmsKeyId", instances: true},
		{kind: "MonitoringSchedule", place: "MonitoringScheduleConfig.MonitoringJobDefinition.MonitoringOutputConfig.KmsKeyId"},
		{kind: "MonitoringSchedule", place: "MonitoringScheduleConfig.MonitoringJobDefinition.MonitoringResources.ClusterConfig.VolumeKmsKeyId", instances: true},
		{kind: "LabelingJob", place: "OutputConfig.KmsKeyId"},
		{kind: "LabelingJob", place: "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VolumeKmsKeyId"},
		{kind: "ModelPackage", place: "ValidationSpecification.ValidationProfiles[].TransformJobDefinition.TransformOutput.KmsKeyId"},
		{kind: "ModelPackage", place: "ValidationSpecification.ValidationProfiles[].TransformJobDefinition.TransformResources.VolumeKmsKeyId", instances: true},
		{kind: "Domain", place: "KmsKeyId"},
		{kind: "Domain", place: "DefaultUserSettings.SharingSettings.S3KmsKeyId", when: "DefaultUserSettings.SharingSettings.NotebookOutputOption", is: "Allowed"},
		{kind: "UserProfile", place: "UserSettings.SharingSettings.S3KmsKeyId", when: "UserSettings.SharingSettings.NotebookOutputOption", is: "Allowed"},
		{kind: "Bucket", place: "Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID"},
	}
}

// leans are members by which a resource has its data in another, or on its key.
func leans() []struct{ kind, member, on string } {
	return []struct{ kind, member, on string }{
		{kind: "Endpoint", member: "EndpointConfigName", on: "EndpointConfig"},
		{kind: "InferenceComponent", member: "EndpointName", on: "Endpoint"},
		{kind: "PipelineExecution", member: "PipelineName", on: "Pipeline"},
		{kind: "Space", member: "DomainId", on: "Domain"},
		{kind: "App", member: "DomainId", on: "Domain"},
	}
}

// missing are the places at which a resource has no key that the organization trusts, each with what is there instead.
// find looks up what the resource leans on.
func missing(r aws.Resource, find func(kind, name string) (aws.Resource, bool)) map[string]string {
	out := map[string]string{}
	if r.Members == nil {
		return out
	}
	for _, n := range needs() {
		if n.kind == r.Kind && n.applies(r.Members) {
			collectMissing(out, n, r, "", r.Members, split(n.place))
		}
	}
	if r.Kind == "Pipeline" {
		missingInSteps(out, r)
	}
	for _, l := range leans() {
		name, _ := r.Members[l.member].(string)
		if l.kind != r.Kind || name == "" {
			continue
		}
		on, ok := find(l.on, strings.TrimPrefix(name, "d-"))
		if !ok {
			continue // AWS takes nothing that leans on what is not there; this one's word for it is [aws.Endpoint]'s
		}
		for place, what := range missing(on, find) {
			out[l.member+" > "+place] = what
		}
	}
	return out
}

func split(place string) []string {
	return strings.Split(strings.ReplaceAll(place, "[]", ".[]"), ".")
}

func (n *need) applies(members map[string]any) bool {
	if n.when == "" {
		return true
	}
	var at any = members
	for name := range strings.SplitSeq(n.when, ".") {
		below, ok := at.(map[string]any)
		if !ok {
			return false
		}
		at = below[name]
	}
	return fmt.Sprint(at) == n.is
}

func collectMissing(out map[string]string, n need, r aws.Resource, path string, at any, steps []string) {
	if steps[0] == "[]" {
		list, _ := at.([]any)
		for i, element := range list {
			collectMissing(out, n, r, fmt.Sprintf("%s[%d]", path, i), element, steps[1:])
		}
		return
	}
	parent, ok := at.(map[string]any)
	if !ok {
		return
	}
	here := strings.TrimPrefix(path+"."+steps[0], ".")
	if len(steps) > 1 {
		below, there := parent[steps[0]]
		if !there && strings.HasSuffix(n.place, "SecurityConfig.KmsKeyId") {
			out[n.place] = "no key" // an online store without a SecurityConfig
		}
		collectMissing(out, n, r, here, below, steps[1:])
		return
	}
	if n.instances && !slices.ContainsFunc(instances(parent), func(i string) bool { return !hasDisks(i) }) {
		return
	}
	key, _ := parent[steps[0]].(string)
	if problem := distrust(key, r); problem != "" {
		out[here] = problem
	}
}

// distrust says why a key is none that the organization trusts for a resource.
func distrust(key string, r aws.Resource) string {
	if key == "" {
		return "no key"
	}
	parts := strings.SplitN(key, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return "not known to be the organization's: " + key
	}
	if !slices.Contains([]string{aws.AccountID, partnerAccount}, parts[4]) || strings.HasSuffix(key, awsManaged) {
		return "not the organization's: " + key
	}
	if parts[3] != r.Region {
		return "of another region than " + r.Region + ": " + key
	}
	return ""
}

// awsManaged ends the ARN of a key that is AWS's although it lies in the organization's account.
const awsManaged = "key/aaaaaaaa-0000-4000-8000-00000000aa53"

func instances(value any) []string {
	var out []string
	switch v := value.(type) {
	case map[string]any:
		if instance, ok := v["InstanceType"].(string); ok {
			out = append(out, instance)
		}
		for _, below := range v {
			out = append(out, instances(below)...)
		}
	case []any:
		for _, below := range v {
			out = append(out, instances(below)...)
		}
	}
	return out
}

func hasDisks(instance string) bool {
	return regexp.MustCompile(`^ml\.(g4dn|g5|g6|p4d|p4de|p5|trn1|[cmr][567]a?d)\.`).MatchString(instance)
}

// missingInSteps reads a pipeline's training steps, whose arguments are those of CreateTrainingJob.
func missingInSteps(out map[string]string, r aws.Resource) {
	var definition struct {
		Steps []struct {
			Type      string         `json:"Type"`
			Arguments map[string]any `json:"Arguments"`
		} `json:"Steps"`
	}
	text, _ := r.Members["PipelineDefinition"].(string)
	if err := json.Unmarshal([]byte(text), &definition); err != nil {
		out["PipelineDefinition"] = err.Error()
		return
	}
	for i, step := range definition.Steps {
		if step.Type != "Training" {
			continue
		}
		job := aws.Resource{Kind: "TrainingJob", Account: r.Account, Region: r.Region, Members: step.Arguments}
		for place, what := range missing(job, nil) {
			out[fmt.Sprintf("PipelineDefinition > Steps[%d].%s", i, place)] = what
		}
	}
}
