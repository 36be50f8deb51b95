package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Objects that are made to be slow: long lists beside maps with many fields.
// An evaluation that begins at the root for each element takes minutes here.
func TestEvaluateOfLongListsInWideMapsIsLinear(t *testing.T) {
	const elements = 50_000
	var wide strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&wide, `,"%022d":1`, i)
	}
	list := func(element string) string { return strings.TrimSuffix(strings.Repeat(element+",", elements), ",") }
	for _, tt := range []struct {
		group, kind, spec string
		findings          int
	}{
		{catalog.SageMaker, "HyperParameterTuningJob", `{"trainingJobDefinitions":[` + list(`{"resourceConfig":{"instanceType":"ml.m5.xlarge"},"outputDataConfig":{}}`) + `]` + wide.String() + `}`, 2 * elements},
		{catalog.SageMaker, "EndpointConfig", `{"kmsKeyID":"` + key + `","productionVariants":[` + list(`{"serverlessConfig":{},"coreDumpConfig":{"destinationS3URI":"s3://b"}}`) + `]` + wide.String() + `}`, elements},
		{catalog.SageMaker, "ProcessingJob", `{"processingInputs":[` + list(`{"datasetDefinition":{"athenaDatasetDefinition":{"outputS3URI":"s3://b"}}}`) + `]` + wide.String() + `}`, elements},
		{catalog.S3, "Bucket", `{"encryption":{"rules":[` + list(`{"applyServerSideEncryptionByDefault":{"sseAlgorithm":"aws:kms"}}`) + `]}` + wide.String() + `}`, elements},
	} {
		root, err := tree.ParseJSON([]byte(`{"spec":` + tt.spec + `}`))
		if err != nil {
			t.Fatal(err)
		}
		object := policies.Object{Group: tt.group, Kind: tt.kind, Root: root}
		if got := len(evaluator(t).Evaluate(object, nil, policies.Nowhere{})); got < tt.findings {
			t.Errorf("%s: %d findings, want %d at least", tt.kind, got, tt.findings)
		}
	}
}
