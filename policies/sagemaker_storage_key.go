package policies

import "github.com/cmkgate/cmkgate/policies/catalog"

// sagemakerStorageKey requires a key on the long-lived storage of SageMaker.
func sagemakerStorageKey() Policy {
	const id = "sagemaker-storage-key"
	kinds, reads := dependents(id, catalog.KindsOf(id), nil)
	return Policy{
		ID:       id,
		Title:    "Notebooks, domains and feature stores are encrypted with a customer-managed key",
		Protects: "the volumes of notebooks, the EFS and EBS storage of domains, shared notebook outputs, feature stores",
		Default:  Enforce,
		Injects:  true,
		Kinds:    kinds,
		Reads:    reads,
		check:    checkFields,
		restore:  restoreFields,
		Doc: `Storage that outlives a job must be under a customer-managed KMS key: notebook instances, domains (their
spaces and apps inherit the key), shared notebook outputs if sharing is allowed, and both stores of a feature group
if they are enabled. None of these keys can be added later: the resource would have to be recreated.

AWS has deprecated Domain's spec.homeEFSFileSystemKMSKeyID; put the key into spec.kmsKeyID.

An App, Space or UserProfile uses its Domain's storage: spec.domainID is looked up among the Domains of the cluster (by
status.domainID, which manifests do not have). An unknown one is unverifiable.

**How to satisfy it.** Leave the field out and let cmkgate set the organization's key, or write:

` + "```yaml" + `
kind: NotebookInstance
spec:
  notebookInstanceName: exploration
  kmsKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111
` + "```",
	}
}
