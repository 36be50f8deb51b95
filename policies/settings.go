package policies

import (
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/iam"
	"github.com/cmkgate/cmkgate/policies/kms"
)

// Settings is the organization's configuration, resolved: every default is
// filled in and every reference parsed. Package config makes it.
type Settings struct {
	// Region and Account are what the ACK controllers run with; an object or
	// its namespace may name others. Account may be empty.
	Region  string
	Account string

	DefaultKeys []DefaultKey
	Trusted     TrustedKeys
	// Denied are key and alias ARNs that nobody may name, whatever is trusted.
	Denied []kms.Reference

	// LocalStorage is what is asked of instance types whose volumes KMS cannot encrypt.
	LocalStorage LocalStorageMode
	// Unverifiable is what an enforced policy does where it cannot see the
	// answer: Warn or Enforce.
	Unverifiable Mode
	// Families adds to, or corrects, the catalog's table of instance families:
	// "g9" or "trn2.3xlarge" to what its storage is.
	Families map[string]catalog.Storage

	// CompliantBuckets are buckets that satisfy the organization in a way that
	// cannot be seen, as patterns with * and ?.
	CompliantBuckets []string

	// LogBuckets are buckets that need no key because they only take logs, as
	// patterns with * and ?.
	LogBuckets []string

	// Policies holds an entry for every policy that New is given.
	Policies map[ID]PolicySettings
	// Overrides are applied in order; a later one wins.
	Overrides []Override
}

// DefaultKey is a key that may be injected, and where.
type DefaultKey struct {
	// Key is a key ARN.
	Key kms.Reference
	// Namespaces are patterns with * and ?; empty means every namespace.
	Namespaces []string
	// Purposes the key serves; empty means all.
	Purposes []catalog.Purpose
}

// TrustedKeys are the keys that a person may name, beside the default keys.
type TrustedKeys struct {
	Accounts []string
	// Keys are key ARNs and alias ARNs.
	Keys []kms.Reference
}

// LocalStorageMode is what is required of instance types with local storage.
type LocalStorageMode string

// The modes for instance types with local storage.
const (
	// Omit: no volume key is asked for, and one that is set is a finding,
	// because AWS refuses the call.
	Omit LocalStorageMode = "Omit"
	// Require: a volume key is asked for on every instance type (never
	// injected where AWS refuses it), for organizations whose SCPs demand it.
	Require LocalStorageMode = "Require"
	// Deny: such instance types are not to be used.
	Deny LocalStorageMode = "Deny"
)

// PolicySettings are the settings of one policy.
type PolicySettings struct {
	Mode   Mode
	Inject bool
}

// injects reports whether the webhook sets what is missing: it touches
// nothing where it only audits.
func (p PolicySettings) injects() bool { return p.Inject && (p.Mode == Enforce || p.Mode == Warn) }

// Override changes policies for some namespaces.
type Override struct {
	// Namespaces are patterns with * and ?; empty means every namespace.
	Namespaces []string
	// Labels must all be on the namespace.
	Labels map[string]string
	// Policies changes what is set in it and leaves the rest.
	Policies map[ID]PolicyOverride
}

// PolicyOverride changes the parts of a policy's settings that are not nil.
type PolicyOverride struct {
	Mode   *Mode
	Inject *bool
}

// policyIn is how a policy is switched in a namespace.
func (s *Settings) policyIn(id ID, ns Namespace) PolicySettings {
	p := s.Policies[id]
	for i := range s.Overrides {
		o := &s.Overrides[i]
		change, ok := o.Policies[id]
		if !ok || !o.covers(ns) {
			continue
		}
		if change.Mode != nil {
			p.Mode = *change.Mode
		}
		if change.Inject != nil {
			p.Inject = *change.Inject
		}
	}
	return p
}

func (o *Override) covers(ns Namespace) bool {
	for key, want := range o.Labels {
		if got, ok := ns.label(key); !ok || got != want {
			return false
		}
	}
	return matchesAny(o.Namespaces, ns.Name)
}

// matchesAny reports whether a name matches one of the patterns; no patterns match all.
func matchesAny(patterns []string, name string) bool {
	if len(patterns) == 0 {
		return true
	}
	for _, p := range patterns {
		if Match(p, name) {
			return true
		}
	}
	return false
}

// Match reports whether a name matches a pattern in which * matches any
// characters and ? matches one.
func Match(pattern, name string) bool { return iam.Match(pattern, name) }
