package admission

import (
	"encoding/json"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// valuesThatAreNoKeys holds what a schema of strings lets through.
func (s *suite) valuesThatAreNoKeys(t *testing.T) {
	for name, tt := range map[string]struct{ value, want string }{
		"nine-digits": {"arn:aws:kms:eu-west-1:123456789:key/11111111-1111-1111-1111-111111111111", `"123456789" is not an AWS account number: it has 9 digits, not 12. Set it to ` + key},
		"redacted":    {"REDACTED", `it still has the placeholder "REDACTED". Fill it in, for example with ` + key},
		"kro":         {"${schema.spec.key}", `it still has the placeholder "${schema.spec.key}". Fill it in, for example with ` + key},
		"helm":        {"{{ .Values.key }}", `it still has the placeholder "{{ .Values.key }}". Fill it in, for example with ` + key},
	} {
		err := s.create(t.Context(), trainingJobs, job(name, tt.value))
		if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want a denial with %s", name, err, tt.want)
		}
	}
	err := s.create(t.Context(), buckets, object("s3.services.k8s.aws", "Bucket", "sse-kms", map[string]any{
		"name": "sse-kms", "encryption": map[string]any{"rules": []any{map[string]any{
			"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "SSE-KMS", "kmsMasterKeyID": key},
		}}},
	}))
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `"SSE-KMS" is not S3's name for encryption with KMS keys: use "aws:kms" or "aws:kms:dsse". Set it to "aws:kms".`) {
		t.Errorf("SSE-KMS: got %v", err)
	}
	for instanceType, want := range map[string]string{
		"m5.xlarge":     `"m5.xlarge" is not an instance type of SageMaker. Write "ml.m5.xlarge". [sagemaker-volume-key/unverifiable]`,
		"<YOUR TYPE>":   `"<YOUR TYPE>" is a placeholder, not an instance type`,
		"ml.m5.xlarge ": `Write "ml.m5.xlarge".`,
		"":              `no instance type is set`,
	} {
		u := job("typed", key)
		u.Object["spec"].(map[string]any)["resourceConfig"].(map[string]any)["instanceType"] = instanceType
		result := s.kubectlCreate(t, u.Object)
		if result.Code != 0 || !strings.Contains(result.Stderr, want) {
			t.Errorf("%q: got %+v, want a warning with %s", instanceType, result, want)
		}
	}
}

// kubectlCreate shows what a person sees, warnings included; nothing is stored.
func (s *suite) kubectlCreate(t *testing.T, object map[string]any) apiserver.Result {
	t.Helper()
	data, err := json.Marshal(object)
	must(t, err)
	result, err := s.server.Kubectl(t.Context(), strings.NewReader(string(data)), "create", "--dry-run=server", "-f", "-")
	must(t, err)
	return result
}
