package policies

import "github.com/cmkgate/cmkgate/policies/catalog"

// sagemakerOutputKey asks for a key on everything that SageMaker writes to S3.
func sagemakerOutputKey() Policy {
	const id = "sagemaker-output-key"
	kinds, reads := dependents(id, catalog.KindsOf(id), nil)
	return Policy{
		ID:       id,
		Title:    "What SageMaker writes to S3 is encrypted with a customer-managed key",
		Protects: "model artifacts and every other output in S3: processing, transform and labeling output, data capture, asynchronous answers, core dumps, monitoring reports, Athena and Redshift results",
		Default:  Enforce,
		Injects:  true,
		Kinds:    kinds,
		Reads:    reads,
		check:    checkFields,
		restore:  restoreFields,
		Doc: `Every output that SageMaker writes to S3 must name a customer-managed KMS key. Without one, SageMaker
uses the AWS-managed key of S3 (alias/aws/s3), whose policy nobody can edit: access cannot be narrowed or revoked, and
other accounts cannot read the result.

The key is asked for where the output is: an EndpointConfig without data capture needs none for it. Outputs in S3
Express directory buckets take no key; there the bucket's own encryption counts, and cmkgate says so.
The content of a ModelPackage itself is under a key of AWS: ACK passes on no key for it.
Where one key covers outputs in S3 Express and outputs elsewhere, it is still demanded for the others.

A MonitoringSchedule that names its definition (monitoringJobDefinitionName) is judged by it, its volumes included. An
unknown definition is unverifiable.

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
