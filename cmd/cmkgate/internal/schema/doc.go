package schema

// Title says what a finding of the schema is about, as the titles of policies do.
const Title = "An object has the shape that ACK's CRDs want"

// Doc is what cmkgate explain shows, as the documentation of a policy. Markdown.
const Doc = `Offline no API server refuses what a CRD does not allow, and a key in a field that does not exist protects nothing.
So check holds every object of the two groups against the CRDs of the releases of ACK that cmkgate version names.

Denied is what the API server refuses, or what takes a key away without a word:

- an apiVersion or a kind that ACK does not have;
- metadata without a name, or with one that Kubernetes does not take; labels and annotations that are not strings;
- values of another type than the field's, and required fields that are missing;
- fields in another case than ACK's (kmsKeyId for kmsKeyID), and unknown fields that are, or hold, a key or encryption
  (serverSideEncryptionConfiguration): kubectl refuses them, other clients drop them.

A warning is what need not be wrong: other unknown fields and kinds, which a newer ACK may have, an empty spec, and an
instance type that is none.

A remark (audit) is what only a person can judge: two documents with the same name, and patches of kustomize. A file
that a kustomization among the manifests applies as a patch is judged by what it says, not by what it leaves out.

Templates that are no YAML before they are rendered cannot be judged (unverifiable): denied where they name an API group
of ACK, a warning where they do not say what they are. What a kustomization fetches, or takes from outside of the
manifests at hand, is a warning (partial). Both hold with --schema warn and off, too.

What policies would say of a field whose shape is broken is left out.

**How to satisfy it.** Write what the finding says. Where the cluster runs a newer ACK whose fields cmkgate does not
know, use --schema warn, or --schema off. The webhook has no such findings: there the API server speaks for itself.
`
