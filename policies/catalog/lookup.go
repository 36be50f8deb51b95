package catalog

import (
	"slices"
	"strings"
)

// Lookup is a kind that policies look up by the name that its objects have in
// AWS, to evaluate what refers to them.
type Lookup struct {
	Kind Kind
	// Name is the field with the name in AWS.
	Name string
	// Reads are the fields that others are evaluated by. Everything else
	// is dropped before an object goes into a cache.
	Reads []string
	// Awaited means that an object which is not known yet may have been created
	// a moment ago, with what refers to it, and is worth a short wait. What need
	// not be in the cluster at all is not waited for.
	Awaited bool
}

// Lookups returns the kinds that policies look up.
func Lookups() []Lookup {
	lookups := []Lookup{
		{
			Kind: sm("EndpointConfig"), Name: "spec.endpointConfigName",
			Reads: readsOf(sm("EndpointConfig"), volumePolicy), Awaited: true,
		},
		{
			Kind: sm("Pipeline"), Name: "spec.pipelineName",
			Reads: []string{PipelineDefinition}, Awaited: true,
		},
		{
			Kind: Kind{Group: S3, Name: "Bucket"}, Name: "spec.name",
			Reads: []string{
				BucketPolicy,
				"spec.encryption.rules[*].bucketKeyEnabled",
				"spec.encryption.rules[*].applyServerSideEncryptionByDefault.sseAlgorithm",
				"spec.encryption.rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyID",
				"spec.createBucketConfiguration.locationConstraint",
				"spec.createBucketConfiguration.bucket.type",
				"spec.replication.rules[*].status",
				"spec.replication.rules[*].sourceSelectionCriteria.sseKMSEncryptedObjects.status",
				"spec.replication.rules[*].destination.encryptionConfiguration.replicaKMSKeyID",
			},
		},
	}
	for _, kind := range []string{"DataQualityJobDefinition", "ModelBiasJobDefinition", "ModelExplainabilityJobDefinition", "ModelQualityJobDefinition"} {
		lookups = append(lookups, Lookup{
			Kind: sm(kind), Name: "spec.jobDefinitionName",
			Reads: slices.Concat(readsOf(sm(kind), outputPolicy), readsOf(sm(kind), volumePolicy)), Awaited: true,
		})
	}
	return append(lookups,
		// AWS gives a Domain its ID, which ACK writes into the status.
		Lookup{Kind: sm("Domain"), Name: "status.domainID", Reads: readsOf(sm("Domain"), storagePolicy)},
		Lookup{Kind: sm("Endpoint"), Name: "spec.endpointName", Reads: []string{"spec.endpointConfigName"}, Awaited: true},
	)
}

// NamedByAWS reports whether the objects of a kind get their name from AWS.
func NamedByAWS(kind Kind) bool {
	return slices.ContainsFunc(Lookups(), func(l Lookup) bool { return l.Kind == kind && strings.HasPrefix(l.Name, "status.") })
}

// BucketPolicy is the field of a Bucket that holds its policy, a JSON text.
const BucketPolicy = "spec.policy"

// PipelineDefinition is the field of a Pipeline that holds its definition, a JSON text.
const PipelineDefinition = "spec.pipelineDefinition"

// Governs are the annotations of every kind that say where ACK creates the
// object, and whether it creates it at all.
func Governs() []string {
	return []string{
		`metadata.annotations["services.k8s.aws/region"]`,
		`metadata.annotations["services.k8s.aws/adoption-policy"]`,
		`metadata.annotations["services.k8s.aws/read-only"]`,
		`metadata.annotations["services.k8s.aws/ignore-field-drift"]`,
	}
}

// Keeps are the fields of a looked-up object that are kept: which object it is,
// where ACK creates it (IAMRoleSelectors go by labels), and what others are
// evaluated by. Labels are not among Governs: ACK never moves a resource that
// exists, so a change of labels need not be evaluated.
func (l Lookup) Keeps() []string {
	identity := []string{
		"apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels", "metadata.deletionTimestamp",
		`metadata.annotations["services.k8s.aws/adopted"]`,
		"status.ackResourceMetadata.region", "status.ackResourceMetadata.ownerAccountID", l.Name,
	}
	return slices.Concat(identity, Governs(), l.Reads)
}

// readsOf are the fields by which a policy evaluates a kind.
func readsOf(kind Kind, policy string) []string {
	var out []string
	for _, f := range FieldsOf(policy) {
		if f.Kind == kind {
			out = append(out, f.Reads()...)
		}
	}
	return out
}

// Anchor is the part of the path that must exist for the field to apply.
func (f Field) Anchor() string {
	if f.Under != "" {
		return f.Under
	}
	return f.Path[:strings.LastIndexByte(f.Path, '.')]
}

// Reads are the key itself and what governs it.
func (f Field) Reads() []string {
	out := []string{f.Path}
	if ref := f.Reference(); ref != "" {
		out = append(out, ref)
	}
	if f.OnlyIf.Path != "" {
		out = append(out, f.OnlyIf.Path)
	}
	for _, t := range f.InstanceTypes {
		out = append(out, t.Path)
		if t.Unless != "" {
			out = append(out, t.Unless)
		}
	}
	return append(out, f.Outputs...)
}
