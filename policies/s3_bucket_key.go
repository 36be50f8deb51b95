package policies

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// s3BucketKey requires a Bucket's default encryption under a key, and for the
// keys of replication and inventory where these name one.
func s3BucketKey() Policy {
	const id = "s3-bucket-key"
	checks := valueChecks()
	return Policy{
		ID:       id,
		Title:    "A Bucket encrypts new objects with a customer-managed key",
		Protects: "training data and artifacts at rest: the default encryption of buckets, their replicas and inventories",
		Default:  Enforce,
		Injects:  true,
		Kinds:    catalog.KindsOf(id),
		Reads: map[catalog.Kind][]string{
			{Group: catalog.S3, Name: "Bucket"}: append(settingReads(),
				"spec.policy", "spec.name", "spec.createBucketConfiguration",
				"spec.encryption.rules[*].applyServerSideEncryptionByDefault.sseAlgorithm",
			),
		},
		check:   func(e *evaluation) { checkBucket(e, checks) },
		restore: restoreBucket,
		Doc: `A Bucket's default encryption must be SSE-KMS (aws:kms or aws:kms:dsse) with a customer-managed key.
Without it S3 uses SSE-S3 (AES256), whose key belongs to AWS; with aws:kms and no key it uses alias/aws/s3, whose policy
you cannot edit.

cmkgate sets sseAlgorithm, kmsMasterKeyID and bucketKeyEnabled together, because ACK compares whole rules: a rule
without bucketKeyEnabled would be written to AWS again at every resync. An AES256 that a person wrote is denied, never
overwritten. Keys of replication and inventory belong to the destination: they are evaluated, never injected.

**Exempt:** buckets for logs that AWS delivers only to SSE-S3 buckets:

` + deliveriesDoc(false) + `
A bucket is exempt if a statement of its policy allows such a service to put objects into it: Effect Allow, the service as
Principal, an Action and a Resource that cover the bucket's objects, Conditions that can hold, and no statement that
denies it. Neither the ACL log-delivery-write nor a Bucket that sets another one as its log target exempts a bucket. An
exemption is always reported, as a warning at most. It never downgrades a bucket that has a customer-managed key: an
update that removes the key is denied. The platform team can list further buckets in the configuration, under logBuckets.

Other services can write to a bucket under a key, if the key's policy allows it, so they exempt nothing:

` + deliveriesDoc(true) + `
**What a key breaks** is reported as well: replication, which skips objects under KMS keys unless a rule has
sourceSelectionCriteria.sseKMSEncryptedObjects.status Enabled and a replicaKMSKeyID (no key is injected into such a
bucket), logs that cannot be delivered, and websites, whose readers are anonymous. The replication role needs
kms:Decrypt on the bucket's key and kms:Encrypt on the replica's.

ACK sends accelerate, analytics, acl and cors before the encryption and stops at the first that S3 rejects. Values that
S3 always rejects there are reported, because the key would never reach AWS.

**How to satisfy it.** Leave spec.encryption out and let cmkgate set the organization's key, or write:

` + "```yaml" + `
kind: Bucket
spec:
  name: training-data
  encryption:
    rules:
    - bucketKeyEnabled: true
      applyServerSideEncryptionByDefault:
        sseAlgorithm: aws:kms
        kmsMasterKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111
` + "```",
	}
}

const (
	sseKMS  = "aws:kms"
	sseDSSE = "aws:kms:dsse"
	sseS3   = "AES256"
)

// deliveriesDoc lists the services that write to buckets under KMS keys, or those that cannot, as Markdown.
func deliveriesDoc(takesKMS bool) string {
	var b strings.Builder
	for _, d := range catalog.Deliveries() {
		if d.TakesKMS == takesKMS {
			fmt.Fprintf(&b, "- %s (%s)\n", d.Delivers, strings.Join(d.Service, ", "))
		}
	}
	return b.String()
}

func checkBucket(e *evaluation, checks []valueCheck) {
	if !e.opens() {
		return
	}
	for i := range e.rule.fields {
		f := &e.rule.fields[i]
		if f.OtherRegion {
			f.path.Walk(e.object.Root, f.under, func(path tree.Path, value *tree.Node) {
				if !e.checksPlace() {
					return
				}
				if finding, wrong := e.judgeKey(f, path, value, false); wrong {
					e.report(finding)
				}
			})
			continue
		}
		e.encryptionOrExemption(f)
	}
	e.refusedSettings(checks)
}

// checkDefaultEncryption evaluates the default encryption alone, also where
// the bucket is exempt: nothing is set there.
func checkDefaultEncryption(e *evaluation) {
	_, exempt := e.exemption()
	for i := range e.rule.fields {
		if f := &e.rule.fields[i]; !f.OtherRegion {
			e.defaultEncryption(f, !exempt)
		}
	}
}

// encryptionOrExemption evaluates the default encryption, and what it does
// to others. An exemption helps only a bucket that leaves its encryption to
// S3.
func (e *evaluation) encryptionOrExemption(f *field) {
	x, exempt := e.exemption()
	if exempt && e.leavesEncryptionToS3() {
		if before, keyed := e.keyBefore(f); keyed && !x.configured() {
			e.report(x.lowered(e, before))
			return
		}
		e.report(x.finding())
		return
	}
	if keyed := e.defaultEncryption(f, !exempt); keyed {
		if skipping, ok := e.skippingRule(); ok {
			e.report(skipping.finding())
		}
	}
	if exempt && !x.configured() {
		e.report(x.undelivered())
	}
	if !exempt {
		_, keyed := e.keyBefore(f)
		e.logsWithoutStatement(keyed)
		e.publicWebsite()
	}
}

func (e *evaluation) leavesEncryptionToS3() bool {
	encryption := e.object.Root.Get("spec").Get("encryption")
	rules := encryption.Get("rules")
	if !absentOr(tree.Map, encryption) || !absentOr(tree.List, rules) {
		return false
	}
	for i := range rules.Len() {
		if !(encryptionRule{node: rules.At(i)}).saysNothing() {
			return false
		}
	}
	return true
}

// keyBefore is the rule with the customer-managed key that the Bucket had before
// an update, whoever's it is.
func (e *evaluation) keyBefore(f *field) (encryptionRule, bool) {
	path := tree.Path{tree.Key("spec"), tree.Key("encryption"), tree.Key("rules"), tree.Index(0)}
	before := encryptionRule{evaluation: e, field: f, path: path, node: e.was.Find(path)}
	algorithm, key := before.byDefault().Get("sseAlgorithm").Str(), before.byDefault().Get("kmsMasterKeyID")
	if algorithm != sseKMS && algorithm != sseDSSE || key.Str() == "" {
		return before, false
	}
	reason, _ := e.keyProblem(f, key)
	return before, reason != AWSManaged
}

// defaultEncryption evaluates every rule, or that there is none, and reports
// whether the bucket is under a key. Where a value is not of the kind that the
// CRD wants, the API server has the better message.
func (e *evaluation) defaultEncryption(f *field, inject bool) (keyed bool) {
	path := tree.Path{tree.Key("spec"), tree.Key("encryption"), tree.Key("rules")}
	encryption := e.object.Root.Get("spec").Get("encryption")
	rules := encryption.Get("rules")
	if !absentOr(tree.Map, encryption) || !absentOr(tree.List, rules) {
		return false
	}
	skipping, skips := e.skippingRule()
	report := func(finding Finding) { e.reportHindered(finding, skipping, skips) }
	inject = inject && !skips && rules.Len() <= 1
	if rules.Len() == 0 {
		rule := encryptionRule{evaluation: e, field: f, inject: inject, path: path.Child(tree.Index(0))}
		finding := rule.none(path[:2])
		finding.state = unspecified
		report(finding)
		return false
	}
	e.tooManyRules(path, rules.Len())
	directory, told := e.ofDirectoryBucket(), false
	keyed = true
	for i := 0; i < rules.Len() && e.checksPlace(); i++ {
		rule := encryptionRule{evaluation: e, field: f, inject: inject, directory: directory, path: path.Child(tree.Index(i)), node: rules.At(i)}
		if !absentOr(tree.Map, rule.node) || !absentOr(tree.Map, rule.byDefault()) {
			continue
		}
		finding, wrong := rule.judge()
		keyed = keyed && !wrong
		if unproven, ok := rule.unproven(); ok {
			e.report(unproven)
		}
		if !wrong || told && rule.saysNothing() {
			continue
		}
		if rule.saysNothing() {
			told = e.update // one more such rule introduces nothing
			finding.state = unspecified
		}
		if i > 0 { // the first rule is the one that counts: what moves there is new
			finding.state = "in a later rule: " + cmp.Or(finding.state, string(finding.Reason)+" "+finding.Problem)
		}
		report(finding)
	}
	return keyed
}

// reportHindered reports a finding, without its injection where replication
// would skip what is under a key.
func (e *evaluation) reportHindered(finding Finding, skipping skippingRule, skips bool) {
	if skips {
		skipping.hinder(&finding)
	}
	e.report(finding)
}

// tooManyRules reports what S3 rejects. An update that leaves the encryption to
// S3 in more rules than one changes nothing in AWS.
func (e *evaluation) tooManyRules(path tree.Path, n int) {
	if n <= 1 || e.update && e.leavesEncryptionToS3() {
		return
	}
	e.report(Finding{
		Reason: Malformed, Path: path,
		Problem: fmt.Sprintf("S3 accepts exactly one rule and rejects %d.", n),
		Remedy:  "Keep the rule with your key, and remove the others.",
		state:   "more than one rule",
	})
}

func absentOr(kind tree.Kind, n *tree.Node) bool { return n.Absent() || n.Kind() == kind }

func (e *evaluation) ofDirectoryBucket() bool {
	spec := e.object.Root.Get("spec")
	return isDirectoryBucket(spec.Get("name").Str()) ||
		spec.Get("createBucketConfiguration").Get("bucket").Get("type").Str() == "Directory"
}
