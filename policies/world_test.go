package policies_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
)

// Caches and files give objects of one name in AWS in any order; the answer must not depend on it.
func TestOfSeveralObjectsWithOneNameTheOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	config := func(namespace, key string) policies.Object {
		return load(t, `apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: EndpointConfig
metadata: {name: churn, namespace: `+namespace+`, finalizers: [finalizers.sagemaker.services.k8s.aws/EndpointConfig]}
spec: {endpointConfigName: churn, kmsKeyID: "`+key+`", productionVariants: [{variantName: a, modelName: m, instanceType: ml.m5.xlarge, initialInstanceCount: 1}]}
status: {ackResourceMetadata: {arn: "arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/churn", region: eu-west-1, ownerAccountID: "111122223333"}}
`).object
	}
	objects := []policies.Object{
		config("b", "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"), config("a", "alias/aws/ebs"), config("c", "alias/aws/s3"),
	}
	endpoint := load(t, `apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: Endpoint
metadata: {name: churn, namespace: science}
spec: {endpointName: churn, endpointConfigName: churn}
`)
	want := []string{"sagemaker-endpoint-key/aws-managed"}
	for range 2 {
		got := evaluate(evaluator(t, keysOnly), endpoint.object, nil, &world{objects: objects})
		if diff := cmp.Diff(want, labels(got)); diff != "" || len(got) != 1 || got[0].Problem == "" {
			t.Errorf("%s\n%s", diff, report(got))
		}
		slices.Reverse(objects)
	}
}
