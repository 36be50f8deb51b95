package selftest

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// sample is an object that a person could write, and what it shows.
type sample struct {
	what     string
	resource schema.GroupVersionResource
	manifest string
}

// samples are two objects of a kind for each of ACK's controllers: a cluster
// may have one of them only. They name a VPC, lest a policy that asks for it hide what they show.
func samples() [][]sample {
	jobs := schema.GroupVersionResource{Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Resource: "trainingjobs"}
	buckets := schema.GroupVersionResource{Group: "s3.services.k8s.aws", Version: "v1alpha1", Resource: "buckets"}
	return [][]sample{
		{
			{"a TrainingJob without keys", jobs, fmt.Sprintf(trainingJob, "")},
			{"a TrainingJob with an AWS-managed key", jobs, fmt.Sprintf(trainingJob, ", kmsKeyID: alias/aws/s3")},
		},
		{
			{"a Bucket without a key", buckets, fmt.Sprintf(bucket, "")},
			{"a Bucket with an AWS-managed key", buckets, fmt.Sprintf(bucket, `
  encryption: {rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: "aws:kms", kmsMasterKeyID: alias/aws/s3}}]}`)},
		},
	}
}

const (
	trainingJob = `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: TrainingJob
metadata: {name: cmkgate-selftest}
spec:
  trainingJobName: cmkgate-selftest
  roleARN: arn:aws:iam::111122223333:role/cmkgate-selftest
  algorithmSpecification: {trainingImage: selftest, trainingInputMode: File}
  outputDataConfig: {s3OutputPath: "s3://cmkgate-selftest/"%s}
  resourceConfig: {instanceCount: 1, instanceType: ml.m5.large, volumeSizeInGB: 1}
  stoppingCondition: {maxRuntimeInSeconds: 60}
  vpcConfig: {subnets: [subnet-0123456789abcdef0], securityGroupIDs: [sg-0123456789abcdef0]}
`
	bucket = `
apiVersion: s3.services.k8s.aws/v1alpha1
kind: Bucket
metadata: {name: cmkgate-selftest}
spec:
  name: cmkgate-selftest%s
`
)

// in is the sample in a namespace, as the API server and as policies read it.
func (s sample) in(namespace string) (*unstructured.Unstructured, policies.Object, error) {
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(s.manifest), &o.Object); err != nil {
		return nil, policies.Object{}, fmt.Errorf("read the manifest of %s: %w", s.what, err)
	}
	o.SetNamespace(namespace)
	return o, policies.NewObject(tree.FromValue(o.Object)), nil
}
