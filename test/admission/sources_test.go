package admission

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// A job that reads a Bucket which is not under the organization's key is
// admitted with a warning, once the webhook's cache has the Bucket.
func (s *suite) dataSource(t *testing.T) {
	// Somebody whose writes the webhook does not change makes the Bucket that was there before.
	legacy := object("s3.services.k8s.aws", "Bucket", "legacy", map[string]any{"name": "legacy-data", "encryption": map[string]any{
		"rules": []any{map[string]any{"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "AES256"}}},
	}})
	if _, err := s.controller.Resource(buckets).Namespace("default").Create(t.Context(), legacy, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	reader := job("reader", nil)
	if err := unstructured.SetNestedSlice(reader.Object, []any{map[string]any{
		"channelName": "train", "dataSource": map[string]any{"s3DataSource": map[string]any{"s3DataType": "S3Prefix", "s3URI": "s3://legacy-data/churn"}},
	}}, "spec", "inputDataConfig"); err != nil {
		t.Fatal(err)
	}
	manifest, err := json.Marshal(reader)
	must(t, err)
	const want = `spec.inputDataConfig[0].dataSource.s3DataSource.s3URI: bucket "legacy-data" holds the input data and is not under a key of your organization`
	apiserver.Eventually(t, "the warning\n"+want, func(ctx context.Context) error {
		result, err := s.server.Kubectl(ctx, strings.NewReader(string(manifest)), "create", "--dry-run=server", "-f", "-")
		if err != nil || result.Code != 0 {
			t.Fatalf("%v %+v; want the job admitted", err, result)
		}
		if !strings.Contains(result.Stderr, want) {
			return errors.New(result.Stderr)
		}
		return nil
	})
}
