package policies_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
)

// An audit takes an object as it exists: its status counts, nothing is set, and a key that ACK has not brought to AWS
// proves nothing.
func TestAuditTakesAnObjectAsItExists(t *testing.T) {
	t.Parallel()
	const (
		head = `apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: TrainingJob
`
		managed = `metadata: {name: churn, namespace: science, finalizers: [finalizers.sagemaker.services.k8s.aws/TrainingJob]}
`
		keyless = `spec: {trainingJobName: churn, outputDataConfig: {s3OutputPath: "s3://churn"}, resourceConfig: {instanceType: ml.m5.xlarge}}
`
		keyed = `spec:
  trainingJobName: churn
  outputDataConfig: {s3OutputPath: "s3://churn", kmsKeyID: "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"}
  resourceConfig: {instanceType: ml.m5.xlarge, volumeKMSKeyID: "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"}
`
		held = `status:
  ackResourceMetadata: {arn: "arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn", ownerAccountID: "111122223333", region: eu-west-1}
  conditions: [{type: ACK.ResourceSynced, status: "True"}]
`
		refused = `metadata: {name: churn, namespace: science}
`
	)
	missing := []string{"sagemaker-volume-key/missing", "sagemaker-output-key/missing"}
	unseen := []string{"sagemaker-volume-key/unverifiable"}
	for name, tt := range map[string]struct {
		object string
		want   []string
	}{
		"without keys":           {head + managed + keyless + held, missing},
		"with keys":              {head + managed + keyed + held, nil},
		"with keys, not created": {head + refused + keyed, unseen},
	} {
		m := load(t, tt.object)
		result := evaluator(t, keysOnly).Review(policies.Review{Object: m.object, Operation: policies.OperationAudit}, m.world)
		if diff := cmp.Diff(tt.want, labels(result.Findings)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if len(result.Edits)+len(policies.Injections(result.Findings)) > 0 {
			t.Errorf("%s: an audit sets %v", name, result.Edits)
		}
		if result.Denied != (len(tt.want) > 1) {
			t.Errorf("%s: Denied is %v", name, result.Denied)
		}
	}
}
