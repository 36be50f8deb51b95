package v1alpha1

import "github.com/cmkgate/cmkgate/policies/catalog"

// Config says which KMS keys are the organization's, where they are used, and
// how strictly cmkgate holds ACK resources to them.
type Config struct {
	// The version of this file format.
	APIVersion APIVersion `json:"apiVersion"`
	// The kind of this file.
	Kind Kind `json:"kind"`
	// The defaults of the ACK controllers, unless a resource or its namespace sets its own.
	AWS AWS `json:"aws"`
	// Keys that may be injected where a resource sets none. Region and account are
	// those of the ARN; of the entries that match a resource the most specific
	// wins, and two that are equally specific are an error. Without any, resources
	// are only evaluated.
	DefaultKeys []DefaultKey `json:"defaultKeys,omitempty"`
	// Keys that may be used in addition to the default keys, which are always
	// trusted. Without accounts and arns: every key of the default keys' accounts,
	// or of aws.accountID without default keys. With only arns: only those keys.
	// With both: either. AWS-managed keys (alias/aws/…) are never trusted.
	TrustedKeys TrustedKeys `json:"trustedKeys,omitzero"`
	// Keys that nobody may use, by the ARN of a key or of an alias, even if their
	// account is trusted: AWS-managed keys, for example.
	DeniedKeys []KeyOrAliasARN `json:"deniedKeys,omitempty"`
	// What is required of instance types whose volumes KMS cannot encrypt.
	LocalStorage LocalStorage `json:"localStorage,omitempty"`
	// What an enforced policy does if it cannot verify an object, for example an
	// Endpoint whose EndpointConfig is not in the cluster.
	Unverifiable Unverifiable `json:"unverifiable,omitempty"`
	// Adds to, or corrects, the built-in table of the storage of instance families
	// (g5) and of single instance types (trn2.3xlarge).
	InstanceFamilies map[InstanceType]Storage `json:"instanceFamilies,omitempty"`
	// Buckets that comply in a way that their Bucket does not show:
	// sagemaker-data-source does not report them.
	CompliantBuckets []BucketPattern `json:"compliantBuckets,omitempty"`
	// Buckets that only receive logs and need no key: s3-bucket-key reports them
	// as exempt. A bucket whose policy allows a log service that only delivers to
	// SSE-S3 is exempt without being listed.
	LogBuckets []BucketPattern `json:"logBuckets,omitempty"`
	// Modes of policies. A policy that is not listed keeps its defaults.
	Policies map[PolicyID]PolicySettings `json:"policies,omitempty"`
	// Changes policies for some namespaces. Applied in order: if two match a
	// namespace, the later one wins.
	Overrides []Override `json:"overrides,omitempty"`
	// The namespace of the ACK controllers, where they read the roles of other
	// accounts and teams from the ConfigMaps ack-role-account-map and
	// ack-role-team-map.
	ACKNamespace NamespaceName `json:"ackNamespace,omitempty"`
	// The Kubernetes user names of the ACK controllers. Their writes are never
	// changed and never denied. A * in a name matches any characters. A list
	// here replaces the default.
	Controllers []UserName `json:"controllers,omitempty"`
}

// AWS is where the ACK controllers work.
type AWS struct {
	// The region of a resource if neither the resource nor its namespace
	// sets one.
	Region Region `json:"region"`
	// The account that the ACK controllers work in. Without it, the account
	// of a key that is given only as an ID or alias is unknown.
	AccountID AccountID `json:"accountID,omitempty"`
}

// DefaultKey is a key that may be injected, and where.
type DefaultKey struct {
	// The ARN of a customer-managed KMS key. Not an alias, because an alias
	// can be pointed at another key at any time.
	ARN KeyARN `json:"arn"`
	// The namespaces that the key is for. Empty: every namespace.
	Namespaces []NamespacePattern `json:"namespaces,omitempty"`
	// What the key encrypts. Empty: everything.
	Purposes []Purpose `json:"purposes,omitempty"`
}

// TrustedKeys are keys that may be used.
type TrustedKeys struct {
	// AWS accounts whose customer-managed keys are all trusted.
	Accounts []AccountID `json:"accounts,omitempty"`
	// Single keys, by the ARN of a key or of an alias.
	ARNs []KeyOrAliasARN `json:"arns,omitempty"`
}

// PolicySettings changes one policy. What is omitted stays as it is.
type PolicySettings struct {
	// What happens to an object with findings of the policy.
	Mode Mode `json:"mode,omitempty"`
	// Whether the policy may set a missing key. Only policies that set fields
	// accept true.
	Inject *bool `json:"inject,omitempty"`
}

// Override changes policies for some namespaces: those whose name matches one
// of the patterns and that carry every one of the labels.
type Override struct {
	// Namespaces by name. Empty: every namespace with the labels.
	Namespaces []NamespacePattern `json:"namespaces,omitempty"`
	// Labels that a namespace must carry, all of them.
	Labels map[LabelKey]LabelValue `json:"labels,omitempty"`
	// What differs there.
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
