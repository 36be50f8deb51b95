// Package policies evaluates ACK objects: is everything that they
// create encrypted with a key that the organization controls?
//
// The package is pure. It looks at an object, its old self on an update, the
// organization's settings and a read-only world, and returns findings. The
// webhook, the command line and reports all show the same findings.
package policies

import "github.com/cmkgate/cmkgate/policies/catalog"

// ID names a policy. IDs are stable: they stand in configurations and reports.
type ID = string

// Policy is one rule that the organization can configure.
type Policy struct {
	ID    ID
	Title string
	// Protects names the data that the policy is there for.
	Protects string
	// Doc is what `cmkgate explain` shows and docs/policies.md is made of: what
	// the policy requires, why, and how to satisfy it. Markdown.
	Doc string
	// Default is the mode without configuration.
	Default Mode
	// Injects reports whether the policy can set what is missing.
	Injects bool
	// Kinds are the objects that the policy looks at.
	Kinds []catalog.Kind
	// Reads are the fields that the policy reads beside those of its rows in the
	// catalog, by kind; a value counts with all that is below it. Requests that
	// change none of the fields that policies read are not sent to the webhook.
	Reads map[catalog.Kind][]string
	// Anchors are the fields that count by whether they are there, likewise.
	Anchors map[catalog.Kind][]string
	check   func(*evaluation)
	// restore returns what puts back the keys that an update omits; nil if
	// the policy sets none.
	restore func(*evaluation) []Edit
}

// All returns every policy in the order of the documentation. A new policy is
// one more line here.
func All() []Policy {
	return []Policy{
		sagemakerVolumeKey(),
		sagemakerOutputKey(),
		sagemakerStorageKey(),
		sagemakerEndpointKey(),
		sagemakerPipelineKey(),
		s3BucketKey(),
		sagemakerDataSource(),
		transitVPC(),
		transitTLS(),
		transitInterContainer(),
		plaintextSecret(),
		s3NoCustomerProvidedKey(),
	}
}

// Mode is what happens to an object with findings.
type Mode string

// The modes, strictest first.
const (
	// Enforce denies the object.
	Enforce Mode = "Enforce"
	// Warn admits it with a Kubernetes warning.
	Warn Mode = "Warn"
	// Audit admits it silently; metrics, logs and reports tell. Nothing is injected.
	Audit Mode = "Audit"
	// Off does not look.
	Off Mode = "Off"
)

// Modes lists the valid modes for schemas and messages.
func Modes() []Mode { return []Mode{Enforce, Warn, Audit, Off} }

// Reason says in one word why a finding was made.
type Reason string

// The reasons.
const (
	// Missing: no key is named where one belongs.
	Missing Reason = "missing"
	// AWSManaged: the key, or the encryption, belongs to AWS.
	AWSManaged Reason = "aws-managed"
	// Malformed: the text is not a key that AWS could accept in this field.
	Malformed Reason = "malformed"
	// Placeholder: what a person or a template was to fill in still stands there.
	Placeholder Reason = "placeholder"
	// WrongRegion: the key lives in another region than the resource.
	WrongRegion Reason = "wrong-region"
	// Untrusted: the key's account, or the key, is not one the organization trusts.
	Untrusted Reason = "untrusted"
	// LocalStorage: the instance type has local storage, which takes no volume key.
	LocalStorage Reason = "local-storage"
	// Immutable: the change cannot be carried out on a resource that exists.
	Immutable Reason = "immutable"
	// Deprecated: AWS has replaced the field by another.
	Deprecated Reason = "deprecated"
	// Plaintext: a secret stands where everyone who can read the object can read it.
	Plaintext Reason = "plaintext"
	// IgnoredDrift: ACK is told not to keep the key in AWS as the manifest has it.
	IgnoredDrift Reason = "ignored-drift"
	// Conflict: what chooses the account contradicts itself, and ACK refuses the object.
	Conflict Reason = "conflict"
	// Exempt: the object need not satisfy the policy; the finding says why.
	Exempt Reason = "exempt"
	// Blocked: the key keeps somebody from the data who is meant to get there.
	Blocked Reason = "blocked"
	// TooLarge: the object has more than cmkgate checks.
	TooLarge Reason = "too-large"
	// Unproven: the key is trusted for its account, and whether AWS manages it cannot be seen.
	Unproven Reason = "unproven"
	// Unverifiable: the answer lies outside what can be seen.
	Unverifiable Reason = "unverifiable"
)

// The reasons of the policies for data in transit and for what a Bucket accepts;
// Malformed stands there for a document that AWS would refuse.
const (
	// PublicNetwork: it runs in, or reaches, a network that the organization does not control.
	PublicNetwork Reason = "public-network"
	// UnencryptedTraffic: data can travel in clear text.
	UnencryptedTraffic Reason = "unencrypted-traffic"
	// CustomerProvidedKey: objects can be encrypted with a key that comes with
	// the request (SSE-C).
	CustomerProvidedKey Reason = "customer-provided-key"
)
