package v1alpha1

import "github.com/cmkgate/cmkgate/policies/catalog"

// Config says which KMS keys are the organization's, where they are used, and
// how strictly cmkgate holds ACK resources to them.
type Config struct {
	// The version of this file format.
	APIVersion APIVersion `json:"apiVersion"`
	// The kind of this file.
	Kind Kind `json:"kind"`
	// What the ACK controllers run with when nothing nearer to a resource says otherwise.
	AWS AWS `json:"aws"`
	// Keys that may be injected where a resource names none. The region and the
	// account are read from the ARN; of the entries that cover a resource the most
	// specific wins, and two that are equally specific are an error. Without any,
	// resources are only judged.
	DefaultKeys []DefaultKey `json:"defaultKeys,omitempty"`
	// Keys that a person may name, beside the default keys, which are always
	// trusted. Without accounts and arns: every key of the default keys' accounts,
	// or of aws.accountID where there are no default keys. With arns alone: only
	// those keys. With both: either. Keys that AWS manages (alias/aws/…) are
	// never trusted.
	TrustedKeys TrustedKeys `json:"trustedKeys,omitzero"`
	// Keys that nobody may name, by the ARN of a key or of an alias, even where their
	// account is trusted: keys that AWS manages, for example.
	DeniedKeys []KeyOrAliasARN `json:"deniedKeys,omitempty"`
	// What is asked of instance types whose volumes KMS cannot encrypt.
	LocalStorage LocalStorage `json:"localStorage,omitempty"`
	// What an enforced policy does where it cannot see the answer, for example an
	// Endpoint whose EndpointConfig is not in the cluster.
	Unverifiable Unverifiable `json:"unverifiable,omitempty"`
	// Adds to, or corrects, the built-in table of the storage of instance families
	// (g5) and of single instance types (trn2.3xlarge).
	InstanceFamilies map[InstanceType]Storage `json:"instanceFamilies,omitempty"`
	// Buckets that satisfy the organization in a way that their Bucket does not
	// show: sagemaker-data-source says nothing of them.
	CompliantBuckets []BucketPattern `json:"compliantBuckets,omitempty"`
	// Buckets that only take logs and need no key: s3-bucket-key reports them as
	// exempt. Where a bucket's policy lets a log service in that only delivers to
	// SSE-S3, it is exempt without being listed.
	LogBuckets []BucketPattern `json:"logBuckets,omitempty"`
	// Switches policies. A policy that is not named here keeps its defaults.
	Policies map[PolicyID]PolicySettings `json:"policies,omitempty"`
	// Switches policies nearer to the team. Applied in order: where two cover a
	// namespace, the later one wins.
	Overrides []Override `json:"overrides,omitempty"`
	// The namespace that the ACK controllers run in. They look there for the roles
	// of other accounts and teams, in the ConfigMaps ack-role-account-map and
	// ack-role-team-map.
	ACKNamespace NamespaceName `json:"ackNamespace,omitempty"`
	// The Kubernetes user names of the ACK controllers. What they write is never
	// changed and never denied. A * in a name stands for any characters. A list
	// here replaces the default.
	Controllers []UserName `json:"controllers,omitempty"`
}

// AWS is where the ACK controllers work.
type AWS struct {
	// The region of a resource that neither names one itself nor stands in a
	// namespace that does.
	Region Region `json:"region"`
	// The account that the ACK controllers work in. Without it, a key that is
	// named by its ID or alias alone cannot be traced to an account.
	AccountID AccountID `json:"accountID,omitempty"`
}

// DefaultKey is a key that may be injected, and where.
type DefaultKey struct {
	// The ARN of a customer-managed KMS key: no alias, because an alias can be
	// pointed at another key at any time.
	ARN KeyARN `json:"arn"`
	// The namespaces that the key is for. Empty: every namespace.
	Namespaces []NamespacePattern `json:"namespaces,omitempty"`
	// What the key encrypts. Empty: everything.
	Purposes []Purpose `json:"purposes,omitempty"`
}

// TrustedKeys are keys that a person may name.
type TrustedKeys struct {
	// AWS accounts, every customer-managed key of which is trusted.
	Accounts []AccountID `json:"accounts,omitempty"`
	// Single keys, by the ARN of a key or of an alias.
	ARNs []KeyOrAliasARN `json:"arns,omitempty"`
}

// PolicySettings switches one policy. What is left out stays as it is.
type PolicySettings struct {
	// What happens to an object with findings of the policy.
	Mode Mode `json:"mode,omitempty"`
	// Whether the policy may set a key that is missing. Only the policies that
	// set fields take true.
	Inject *bool `json:"inject,omitempty"`
}

// Override changes policies for some namespaces: those whose name matches one
// of the patterns and that carry every one of the labels.
type Override struct {
	// Namespaces by name. Empty: every namespace with the labels.
	Namespaces []NamespacePattern `json:"namespaces,omitempty"`
	// Labels that a namespace must carry, all of them.
	Labels map[LabelKey]LabelValue `json:"labels,omitempty"`
	// What is different there.
	Policies map[PolicyID]PolicySettings `json:"policies"`
}

// Default is a configuration with every field set that has a default of its own.
func Default() Config {
	return Config{
		APIVersion:   Version,
		Kind:         KindConfig,
		LocalStorage: LocalStorageOmit,
		Unverifiable: UnverifiableWarn,
		ACKNamespace: "ack-system",
		Controllers:  controllers(),
	}
}

// controllers are the service accounts of ACK's Helm charts.
func controllers() []UserName {
	var out []UserName
	for _, s := range catalog.Services() {
		out = append(out, UserName("system:serviceaccount:ack-system:ack-"+s.Controller()))
	}
	return out
}
