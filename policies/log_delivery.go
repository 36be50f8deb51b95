package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/iam"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// exemption is why a Bucket need not be under a key.
type exemption struct {
	path tree.Path
	// statement is where the Bucket's policy lets a service in, that cannot write to
	// buckets under a KMS key; "" if the configuration names the bucket.
	statement string
	principal string
	delivers  string
}

func (x *exemption) configured() bool { return x.statement == "" }

// exemption looks for the reason. What a policy only mentions exempts nothing:
// the service must be able to put objects into this bucket. Neither does the ACL
// log-delivery-write: S3 has disabled ACLs on new buckets since April 2023
// (S3 user guide, "Controlling ownership of objects and disabling ACLs"), and
// where they are enabled a policy does the same.
func (e *evaluation) exemption() (exemption, bool) {
	name, known := e.bucketName()
	if !known || isDirectoryBucket(name) {
		return exemption{}, false
	}
	if len(e.settings.LogBuckets) > 0 && matchesAny(e.settings.LogBuckets, name) {
		return exemption{path: tree.Path{tree.Key("spec"), tree.Key("name")}}, true
	}
	text := e.object.Root.Get("spec").Get("policy")
	if !mayExempt(text.Str()) {
		return exemption{}, false
	}
	policy := &e.bucketPolicy().policy
	for _, d := range catalog.Deliveries() {
		if d.TakesKMS {
			continue
		}
		for _, principal := range principalsOf(d, kms.PartitionOf(e.region)) {
			request := iam.Request{Action: "s3:PutObject", Resource: e.partition() + name + "/*", Context: e.deliveryContext(d, principal, policy)}
			if s, id, ok := policy.Admits(principal, request); ok {
				return exemption{tree.Path{tree.Key("spec"), tree.Key("policy")}, s.Pointer, id, d.Delivers}, true
			}
		}
	}
	return exemption{}, false
}

// longestBucketPolicy is what S3 takes (S3 user guide, "Bucket policies": 20 KB).
const longestBucketPolicy = 20 << 10

// mayExempt reports whether a policy is one that S3 takes and that mentions a
// service which only delivers to SSE-S3.
func mayExempt(policy string) bool {
	if policy == "" || len(policy) > longestBucketPolicy {
		return false
	}
	for _, d := range catalog.Deliveries() {
		for _, id := range append(d.Service, d.Accounts...) {
			if !d.TakesKMS && strings.Contains(policy, id) {
				return true
			}
		}
	}
	return false
}

// exemptingPolicy is a policy as it is kept of a looked-up Bucket: "" if it exempts nothing.
func exemptingPolicy(policy string) string {
	if !mayExempt(policy) {
		return ""
	}
	return policy
}

func principalsOf(d catalog.Delivery, partition string) []iam.Principal {
	out := []iam.Principal{{Type: "Service", IDs: d.Service}}
	if len(d.Accounts) == 0 {
		return out
	}
	accounts := iam.Principal{Type: "AWS"}
	for _, account := range d.Accounts {
		accounts.IDs = append(accounts.IDs, account, "arn:"+partition+":iam::"+account+":root")
	}
	return append(out, accounts)
}

// deliveryContext is what is known of a service's requests (IAM user guide, "AWS
// global condition context keys"): they come through TLS, from no VPC endpoint
// and, under a service principal, from no organization.
func (e *evaluation) deliveryContext(d catalog.Delivery, principal iam.Principal, policy *iam.Policy) []iam.ContextKey {
	known := []iam.ContextKey{
		{Name: "aws:SecureTransport", Value: "true"},
		{Name: "aws:SourceVpce", Absent: true},
		{Name: "aws:SourceVpc", Absent: true},
	}
	if principal.Type != "Service" {
		return known
	}
	known = append(known,
		iam.ContextKey{Name: "aws:PrincipalIsAWSService", Value: "true"},
		iam.ContextKey{Name: "aws:PrincipalOrgID", Absent: true},
	)
	for _, id := range principal.IDs {
		known = append(known, iam.ContextKey{Name: "aws:PrincipalServiceName", Value: id})
	}
	if d.SourceARN != "" {
		known = append(known, iam.ContextKey{Name: "aws:SourceArn", Value: strings.Replace(d.SourceARN, "arn:aws:", "arn:"+kms.PartitionOf(e.region)+":", 1) + "*"})
	}
	for _, account := range e.sourceAccounts(d, policy) {
		known = append(known, iam.ContextKey{Name: "aws:SourceAccount", Value: account})
	}
	return known
}

// sourceAccounts are the accounts that a service may work for: the Bucket's own
// where it writes to no other, else those that the policy names, and some other.
func (e *evaluation) sourceAccounts(d catalog.Delivery, policy *iam.Policy) []string {
	if d.OwnAccount && e.account != "" {
		return []string{e.account}
	}
	const most = 100
	accounts := []string{"210987654321"}
	for i := range policy.Statements {
		for _, c := range policy.Statements[i].Conditions {
			for _, v := range c.Values {
				if strings.EqualFold(c.Key, "aws:SourceAccount") && kms.IsAccount(v) && strings.Trim(v, "0") != "" && len(accounts) < most {
					accounts = append(accounts, v)
				}
			}
		}
	}
	return accounts
}

// finding reports an exemption: nothing is exempt silently.
func (x *exemption) finding() Finding {
	if x.configured() {
		return Finding{
			Reason:  Exempt,
			Path:    x.path,
			Problem: "the bucket is exempt: your platform team lists it in logBuckets.",
			Remedy:  "Store only logs in it.",
			state:   "exempt by configuration",
		}
	}
	return Finding{
		Reason:  Exempt,
		Path:    x.path,
		Problem: fmt.Sprintf("the bucket is exempt: the statement at %s lets %s deliver %s, which AWS delivers only to buckets with SSE-S3.", x.statement, x.principal, x.delivers),
		Remedy:  "Store only these logs in it.",
		state:   "exempt for " + x.delivers,
	}
}

// undelivered is what an exempting statement comes to in a bucket under a key.
func (x *exemption) undelivered() Finding {
	return Finding{
		Reason:  Blocked,
		Path:    x.path,
		Problem: fmt.Sprintf("the statement at %s lets %s deliver %s, which never arrive in a bucket under a KMS key.", x.statement, x.principal, x.delivers),
		Remedy:  "Deliver them to a separate bucket without spec.encryption, and remove the statement.",
		state:   "undelivered " + x.delivers,
	}
}

// logsWithoutStatement reports that access logs are to come into a bucket that
// is not exempt: S3 does not deliver them to a bucket under a key.
func (e *evaluation) logsWithoutStatement(keyed bool) {
	spec := e.object.Root.Get("spec")
	name, target := spec.Get("name").Str(), spec.Get("logging").Get("loggingEnabled").Get("targetBucket").Str()
	finding := Finding{
		Reason: Blocked,
		Remedy: "Deliver them to a separate bucket.",
		state:  "access logs without a statement",
	}
	switch {
	case spec.Get("acl").Str() == "log-delivery-write":
		finding.Path = tree.Path{tree.Key("spec"), tree.Key("acl")}
		finding.Problem = "this ACL does not exempt the bucket from a key, and S3 delivers no access logs to a bucket under a KMS key."
	case name != "" && target == name:
		finding.Path = tree.MustPath(logTarget)
		finding.Problem = "S3 delivers no access logs to a bucket under a KMS key, so this bucket cannot receive its own."
	default:
		return
	}
	if !keyed {
		finding.Remedy = "If the bucket only receives logs, allow logging.s3.amazonaws.com to put objects in spec.policy and omit spec.encryption: then it is exempt."
	}
	e.report(finding)
}

// lowered is the finding for an update that makes an exempt bucket out of one
// that has a customer-managed key: its data would be encrypted without it.
func (x *exemption) lowered(e *evaluation, before encryptionRule) Finding {
	key := before.byDefault().Get("kmsMasterKeyID").Str()
	finding := Finding{
		Reason:  Missing,
		Path:    tree.Path{tree.Key("spec"), tree.Key("encryption")},
		Problem: fmt.Sprintf("this update removes %s from the bucket. A policy that lets %s deliver logs does not exempt a bucket that has a customer-managed key.", quote(key), x.principal),
		Remedy:  "Keep spec.encryption, and create a separate bucket for the logs.",
	}
	if rules := e.object.Root.Get("spec").Get("encryption").Get("rules"); rules.Len() <= 1 {
		rule := before
		rule.node = rules.At(0)
		finding.Fix = rule.edits(before.byDefault().Get("sseAlgorithm").Str(), key, true)
	}
	return finding
}
