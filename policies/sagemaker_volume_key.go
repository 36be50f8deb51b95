package policies

import "github.com/cmkgate/cmkgate/policies/catalog"

// sagemakerVolumeKey requires a key on the ML storage volumes of jobs, hosting
// and monitoring, wherever the instance types have EBS volumes.
func sagemakerVolumeKey() Policy {
	const id = "sagemaker-volume-key"
	return Policy{
		ID:       id,
		Title:    "ML storage volumes are encrypted with a customer-managed key",
		Protects: "the ML storage volumes of training, processing, transform, tuning, labeling and monitoring jobs and of hosting instances",
		Default:  Enforce,
		Injects:  true,
		Kinds:    catalog.KindsOf(id),
		check:    checkFields,
		restore:  restoreFields,
		Doc: `Every job, tuning job, monitoring cluster and EndpointConfig that runs on instances with EBS
volumes must set a customer-managed KMS key for them. Without one, SageMaker encrypts the volume with a transient
key that you cannot audit, revoke or rotate.

**Local storage.** Instance types with local NVMe storage (ml.g5, ml.p4d, ml.trn1, and every family with a d such as
ml.m5d) encrypt it in hardware, and AWS rejects a volume key on them. There cmkgate requires none, injects none, and
reports one that is set. One EndpointConfig has one key for all variants, and one TrainingJob for all instance groups.
If some have local storage and others EBS volumes, AWS accepts no key and the EBS volumes stay without one: that is
denied, and the two belong in separate resources. An unknown instance family is reported as unverifiable and nothing
is injected; the platform team can add it to instanceFamilies. The setting localStorage changes the rule for all local
storage.

**How to satisfy it.** Leave the field out and let cmkgate set the organization's key, or write:

` + "```yaml" + `
kind: TrainingJob
spec:
  resourceConfig:
    instanceType: ml.m5.xlarge
    volumeKMSKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111
` + "```",
	}
}
