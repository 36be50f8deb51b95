package admission

import (
	"errors"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var (
	pipelines  = resource("sagemaker.services.k8s.aws", "pipelines")
	executions = resource("sagemaker.services.k8s.aws", "pipelineexecutions")
)

func pipelineObject(name, outputKey string) *unstructured.Unstructured {
	return object("sagemaker.services.k8s.aws", "Pipeline", name, map[string]any{
		"pipelineName": name, "roleARN": "arn:aws:iam::111122223333:role/x",
		"pipelineDefinition": `{"Version":"2020-12-01","Parameters":[{"Name":"Key","Type":"String","DefaultValue":"` + key + `"}],
			"Steps":[{"Name":"Train","Type":"Training","Arguments":{"OutputDataConfig":{"S3OutputPath":"s3://b/o"` + outputKey + `}}}]}`,
	})
}

func execution(name, pipeline, parameter, value string) *unstructured.Unstructured {
	return object("sagemaker.services.k8s.aws", "PipelineExecution", name, map[string]any{
		"pipelineName":       pipeline,
		"pipelineParameters": []any{map[string]any{"name": parameter, "value": value}},
	})
}

// cause is the one field that a denial names.
func cause(t *testing.T, err error) (metav1.StatusCause, bool) {
	t.Helper()
	var status *apierrors.StatusError
	if !apierrors.IsForbidden(err) || !errors.As(err, &status) || status.Status().Details == nil || len(status.Status().Details.Causes) != 1 {
		t.Errorf("want a denial with one cause, got %v", err)
		return metav1.StatusCause{}, false
	}
	return status.Status().Details.Causes[0], true
}

func (s *suite) pipelineSteps(t *testing.T) {
	err := s.create(t.Context(), pipelines, pipelineObject("keyless", ""))
	const pointer = "/Steps/0/Arguments/OutputDataConfig/KmsKeyId"
	if c, ok := cause(t, err); ok && (c.Field != "spec.pipelineDefinition#"+pointer || c.Type != "sagemaker-pipeline-key/missing" ||
		!strings.Contains(c.Message, `[{"op":"add","path":"`+pointer+`","value":"`+key+`"}]`)) {
		t.Errorf("%+v", c)
	}
	broken := pipelineObject("broken", "")
	must(t, unstructured.SetNestedField(broken.Object, `{"Steps": [}`, "spec", "pipelineDefinition"))
	if c, ok := cause(t, s.create(t.Context(), pipelines, broken)); ok && !strings.Contains(c.Message, "line 1, column 12") {
		t.Errorf("%+v", c)
	}
}

func (s *suite) pipelineOverride(t *testing.T) {
	must(t, s.create(t.Context(), pipelines, pipelineObject("parametrized", `,"KmsKeyId":{"Get":"Parameters.Key"}`)))
	// Right after its Pipeline: a race with the cache.
	err := s.create(t.Context(), executions, execution("override", "parametrized", "Key", "alias/aws/s3"))
	if c, ok := cause(t, err); ok && (c.Field != "spec.pipelineParameters[0].value" || c.Type != "sagemaker-pipeline-key/aws-managed") {
		t.Errorf("%+v", c)
	}
	must(t, s.create(t.Context(), executions, execution("good", "parametrized", "Key", key)))
	err = patch(t.Context(), s.person, executions, "good", `{"spec":{"pipelineParameters":[{"name":"Key","value":"alias/aws/s3"}]}}`)
	if c, ok := cause(t, err); ok && c.Field != "spec.pipelineParameters[0].value" {
		t.Errorf("%+v", c)
	}
	err = patch(t.Context(), s.person, pipelines, "parametrized", `{"spec":{"pipelineDefinition":"{\"Steps\":[]"}}`)
	if c, ok := cause(t, err); ok && c.Type != "sagemaker-pipeline-key/malformed" {
		t.Errorf("%+v", c)
	}
	must(t, s.create(t.Context(), executions, execution("unrelated", "parametrized", "Epochs", "5")))
	must(t, s.create(t.Context(), executions, execution("elsewhere", "not-in-this-cluster", "Key", "alias/aws/s3")))
}
