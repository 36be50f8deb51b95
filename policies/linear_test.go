package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// A Bucket's policy of patterns that are made to be tried again and again, as
// long as one is read, is done with before anybody notices.
func TestEvaluateOfAHostileBucketPolicyIsBounded(t *testing.T) {
	pattern := "arn:aws:s3:::" + strings.Repeat("*a", 1000) + "b*"
	resources := strings.TrimSuffix(strings.Repeat(`"`+pattern+`",`, 120), ",")
	policy := statements(elements(everyone, allS3, `"Resource":[`+resources+`]`, insecure))
	m := bucket(t, strings.Repeat("a", 255), policy)
	if got := labels(of("transit-tls", m.findings(evaluator(t)))); len(got) != 1 || got[0] != "transit-tls/unencrypted-traffic" {
		t.Errorf("%d bytes of policy: %v", len(policy), got)
	}
}

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
