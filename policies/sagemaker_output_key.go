package policies

import "github.com/cmkgate/cmkgate/policies/catalog"

// sagemakerOutputKey requires a key on everything that SageMaker writes to S3.
func sagemakerOutputKey() Policy {
	const id = "sagemaker-output-key"
	kinds, reads := dependents(id, catalog.KindsOf(id), nil)
	return Policy{
		ID:       id,
		Title:    "What SageMaker writes to S3 is encrypted with a customer-managed key",
		Protects: "model artifacts and every other output in S3: processing, transform and labeling output, data capture, asynchronous responses, core dumps, monitoring reports, Athena and Redshift results",
		Default:  Enforce,
		Injects:  true,
		Kinds:    kinds,
		Reads:    reads,
		check:    checkFields,
		restore:  restoreFields,
		Doc: `Every output that SageMaker writes to S3 must have a customer-managed KMS key. Without one, SageMaker
uses the AWS-managed key of S3 (alias/aws/s3), whose policy you cannot edit: access cannot be narrowed or revoked, and
other accounts cannot read the result.

A key is required only if there is output: an EndpointConfig without data capture needs none for it. Outputs in S3
Express directory buckets accept no key; there the bucket's own encryption counts, and cmkgate says so.
The content of a ModelPackage itself is encrypted with an AWS key: ACK passes on no key for it.
If one key covers outputs in S3 Express and outputs elsewhere, it is still required for the others.

A MonitoringSchedule that references its definition (monitoringJobDefinitionName) is evaluated by it, including its
volumes. An unknown definition is unverifiable.

**How to satisfy it.** Leave the field out and let cmkgate set the organization's key, or write:

` + "```yaml" + `
kind: TrainingJob
spec:
  outputDataConfig:
    s3OutputPath: s3://my-artifacts/churn
    kmsKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111
` + "```",
	}
}
