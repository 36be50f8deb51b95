package schema

// Title says what a finding of the schema is about, as the titles of policies do.
const Title = "An object matches ACK's CRDs"

// Doc is what cmkgate explain shows, as the documentation of a policy. Markdown.
const Doc = `Offline, no API server rejects what a CRD does not allow, and a key in a field that does not exist protects nothing.
So check checks every object of ACK's SageMaker and S3 groups against the CRDs of the ACK releases that cmkgate version lists.

Denied is what the API server rejects, or what silently drops a key:

- an apiVersion or a kind that ACK does not have;
- metadata without a name, or with an invalid one; labels and annotations that are not strings;
- values of the wrong type, and missing required fields;
- fields in a different case than ACK's (kmsKeyId for kmsKeyID), and unknown fields that are or contain a key or encryption
  (serverSideEncryptionConfiguration): kubectl rejects them, other clients drop them.

A warning is what may be correct: other unknown fields and kinds, which a newer ACK might add, an empty spec, and an
unknown instance type.

An audit finding is what only a person can decide: documents that define the same object twice, and kustomize patches. A
file that a kustomization among the manifests applies as a patch is checked for what it contains, not for what it omits.

Templates that are not valid YAML until they are rendered cannot be checked (unverifiable): denied if they contain an API
group of ACK, a warning if their content is unknown. What a kustomization fetches, or takes from outside the given
manifests, is a warning (partial). Both also apply with --schema warn and off.

Findings of other policies about a malformed field are omitted.

**How to satisfy it.** Write what the finding says. If the cluster runs a newer ACK whose fields cmkgate does not know, use
--schema warn, or --schema off. The webhook has no such findings: in a cluster, the API server does this.
`
