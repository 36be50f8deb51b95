package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/iam"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// s3BucketKey asks for a Bucket's default encryption under a key, and for the
// keys of replication and inventory where these name one.
func s3BucketKey() Policy {
	const id = "s3-bucket-key"
	return Policy{
		ID:       id,
		Title:    "A Bucket encrypts new objects with a customer-managed key",
		Protects: "training data and artifacts at rest: the default encryption of buckets, their replicas and inventories",
		Default:  Enforce,
		Injects:  true,
		Kinds:    catalog.KindsOf(id),
		Reads: map[catalog.Kind][]string{
			{Group: catalog.S3, Name: "Bucket"}: {
				"spec.acl", "spec.policy", "spec.name", "spec.createBucketConfiguration",
				"spec.encryption.rules[*].applyServerSideEncryptionByDefault.sseAlgorithm",
			},
		},
		check:   checkBucket,
		restore: restoreBucket,
		Doc: `A Bucket's default encryption must be SSE-KMS (aws:kms or aws:kms:dsse) with a customer-managed key.
Without it S3 uses SSE-S3 (AES256), whose key belongs to AWS; with aws:kms and no key it uses alias/aws/s3, whose policy
nobody can edit.

cmkgate sets sseAlgorithm, kmsMasterKeyID and bucketKeyEnabled together, because ACK compares whole rules: a rule
without bucketKeyEnabled would be written to AWS again at every resync. An AES256 that a person wrote is rejected, never
overwritten. Keys of replication and inventory belong to the destination: they are judged, never injected.

**Exempt:** buckets that receive S3 access logs (acl log-delivery-write, a policy for logging.s3.amazonaws.com, or
another Bucket that names them as its target), because S3 cannot deliver logs to SSE-KMS buckets.

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

func checkBucket(e *evaluation) {
	if e.observes() {
		e.adopted()
		return
	}
	e.checkPlace()
	for i := range e.rule.fields {
		f := &e.rule.fields[i]
		if f.Elsewhere {
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
		if !e.receivesAccessLogs() {
			e.defaultEncryption(f)
		}
	}
}

// checkDefaultEncryption judges the default encryption alone, also where the
// bucket is exempt because it receives access logs: nothing is set there.
func checkDefaultEncryption(e *evaluation) {
	for i := range e.rule.fields {
		if f := &e.rule.fields[i]; !f.Elsewhere {
			e.defaultEncryption(f)
		}
	}
	if e.receivesAccessLogs() {
		for i := range e.findings {
			e.findings[i].Inject = false
		}
	}
}

// defaultEncryption judges every rule, or that there is none. Where a value is
// not of the kind that the CRD wants, the API server has the better message.
func (e *evaluation) defaultEncryption(f *field) {
	path := tree.Path{tree.Key("spec"), tree.Key("encryption"), tree.Key("rules")}
	encryption := e.object.Root.Get("spec").Get("encryption")
	rules := encryption.Get("rules")
	if !absentOr(tree.Map, encryption) || !absentOr(tree.List, rules) {
		return
	}
	if rules.Len() == 0 {
		rule := encryptionRule{evaluation: e, field: f, path: path.Child(tree.Index(0))}
		finding := rule.none(path[:2])
		finding.state = nothingSaid
		e.report(finding)
		return
	}
	directory, told := e.ofDirectoryBucket(), false
	for i := 0; i < rules.Len() && e.checksPlace(); i++ {
		rule := encryptionRule{evaluation: e, field: f, directory: directory, path: path.Child(tree.Index(i)), node: rules.At(i)}
		if !absentOr(tree.Map, rule.node) || !absentOr(tree.Map, rule.byDefault()) {
			continue
		}
		finding, wrong := rule.judge()
		if !wrong || told && rule.saysNothing() {
			continue
		}
		if rule.saysNothing() {
			told = e.update // one more such rule brings nothing about
			finding.state = nothingSaid
		}
		e.report(finding)
	}
}

func absentOr(kind tree.Kind, n *tree.Node) bool { return n.Absent() || n.Kind() == kind }

// encryptionRule is one rule of a Bucket's default encryption. Its three fields
// are judged and set together.
type encryptionRule struct {
	*evaluation
	field     *field
	directory bool // the bucket is a directory bucket
	path      tree.Path
	node      *tree.Node
}

func (r encryptionRule) byDefault() *tree.Node {
	return r.node.Get("applyServerSideEncryptionByDefault")
}

// nothingSaid is the state of a Bucket that leaves its encryption to S3, in
// whatever words: nothing, an empty rule, or AES256, which is what S3 does then
// and what ACK writes into the spec (late initialization, s3-controller v1.7.1).
const nothingSaid = "nothing said"

func (r encryptionRule) saysNothing() bool {
	algorithm := r.byDefault().Get("sseAlgorithm")
	return (algorithm.Missing() || algorithm.Str() == sseS3) && r.byDefault().Get("kmsMasterKeyID").Missing()
}

func (r encryptionRule) algorithmPath() tree.Path {
	return r.path.Child(tree.Key("applyServerSideEncryptionByDefault"), tree.Key("sseAlgorithm"))
}

func (r encryptionRule) keyPath() tree.Path {
	return r.path.Child(tree.Key("applyServerSideEncryptionByDefault"), tree.Key("kmsMasterKeyID"))
}

func (r encryptionRule) judge() (Finding, bool) {
	algorithm, key := r.byDefault().Get("sseAlgorithm"), r.byDefault().Get("kmsMasterKeyID")
	switch text := algorithm.Str(); {
	case algorithm.Missing() && key.Missing():
		return r.none(r.path), true
	case algorithm.Missing():
		return r.withoutAlgorithm(key), true
	case text == sseDSSE && r.directory:
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("directory buckets know no %q.", text), key), true
	case text == sseKMS || text == sseDSSE:
		return r.withKey(text, key)
	case text == sseS3:
		return r.wrongAlgorithm(AWSManaged, fmt.Sprintf("%q is encryption with a key that AWS owns (SSE-S3).", text), key), true
	case text == "":
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("an algorithm must be a string, not a value of type %s.", algorithm.Kind()), key), true
	case namesSSEKMS(text):
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("%s is not how S3 writes encryption with KMS keys: it knows %q and %q.", quote(text), sseKMS, sseDSSE), key), true
	default:
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("%s is not an encryption with KMS keys; S3 knows %q and %q.", quote(text), sseKMS, sseDSSE), key), true
	}
}

// namesSSEKMS tells whether a text means SSE-KMS in other words than the API's.
func namesSSEKMS(algorithm string) bool {
	word := strings.ToLower(strings.NewReplacer("-", "", "_", "", ":", "", " ", "").Replace(algorithm))
	switch word {
	case "kms", "awskms", "ssekms", "dssekms", "kmsdsse", "awskmsdsse":
		return true
	}
	return false
}

// judgedKey judges the key of the rule alone.
func (r encryptionRule) judgedKey(key *tree.Node) (Finding, bool) {
	f := r.field
	if r.directory {
		f = &field{Field: f.Field}
		f.Accepts = kms.KeyID | kms.KeyARN // PutBucketEncryption takes no alias for directory buckets
	}
	return r.judgeKey(f, r.keyPath(), key, r.mayInject(f))
}

// none is the finding for encryption, or a rule of it, that says nothing.
func (r encryptionRule) none(path tree.Path) Finding {
	finding := r.missingKey(r.field, path, r.mayInject(r.field))
	finding.Problem = "no default encryption with a KMS key is set, so " + r.field.Without + "."
	if finding.Fix == nil {
		return finding
	}
	key := finding.Fix[0].Value
	finding.Fix = r.edits(sseKMS, key, true)
	value := fmt.Sprintf("{bucketKeyEnabled: true, applyServerSideEncryptionByDefault: {sseAlgorithm: %q, kmsMasterKeyID: %q}}", sseKMS, key)
	if len(path) < len(r.path) {
		value = "{rules: [" + value + "]}"
	}
	finding.Remedy = "Set it to " + value + "."
	return finding
}

func (r encryptionRule) withoutAlgorithm(key *tree.Node) Finding {
	finding, wrong := r.withKey(sseKMS, key)
	if wrong {
		return finding
	}
	return Finding{
		Reason:  Missing,
		Path:    r.algorithmPath(),
		Problem: "a key is named but no algorithm, which S3 requires with it.",
		Remedy:  fmt.Sprintf("Set it to %q.", sseKMS),
		Fix:     r.edits(sseKMS, nil, false),
		Inject:  r.mayInject(r.field),
	}
}

// withKey judges the key of a rule that encrypts with KMS.
func (r encryptionRule) withKey(algorithm string, key *tree.Node) (Finding, bool) {
	finding, wrong := r.judgedKey(key)
	if !wrong {
		return finding, false
	}
	if finding.Reason == Missing {
		finding.Problem = "no KMS key is named, so S3 encrypts with alias/aws/s3, which is managed by AWS."
	}
	if finding.Fix != nil {
		finding.Fix = r.edits(algorithm, finding.Fix[0].Value, false)
	}
	return finding, true
}

// wrongAlgorithm is the finding for an algorithm that a person wrote and that
// cmkgate never overwrites.
func (r encryptionRule) wrongAlgorithm(reason Reason, problem string, key *tree.Node) Finding {
	finding := Finding{Reason: reason, Path: r.algorithmPath(), Problem: problem}
	fix, wrong := r.judgedKey(key)
	switch {
	case !wrong:
		finding.Remedy = fmt.Sprintf("Set it to %q.", sseKMS)
		finding.Fix = r.edits(sseKMS, nil, true)
	case fix.Fix == nil:
		finding.Remedy = fmt.Sprintf("Set it to %q and name a key: %s", sseKMS, fix.Remedy)
	default:
		value := fix.Fix[0].Value
		finding.Remedy = fmt.Sprintf("Set it to %q with kmsMasterKeyID: %s and bucketKeyEnabled: true", sseKMS, value)
		if r.mayInject(r.field) {
			finding.Remedy += ", or remove spec.encryption to get the organization's key"
		}
		finding.Remedy += "."
		finding.Fix = r.edits(sseKMS, value, true)
	}
	return finding
}

// edits sets what is not there yet of a whole rule; algorithm and key, where
// given, are set in any case.
func (r encryptionRule) edits(algorithm string, key any, overwriteAlgorithm bool) []Edit {
	var edits []Edit
	if r.node.Get("bucketKeyEnabled").Absent() {
		// S3 Bucket Keys do not exist for DSSE-KMS (S3 user guide, "Using DSSE-KMS").
		edits = append(edits, Edit{Path: r.path.Child(tree.Key("bucketKeyEnabled")), Value: algorithm != sseDSSE})
	}
	if overwriteAlgorithm || r.byDefault().Get("sseAlgorithm").Missing() {
		edits = append(edits, Edit{Path: r.algorithmPath(), Value: algorithm})
	}
	if key != nil {
		edits = append(edits, Edit{Path: r.keyPath(), Value: key})
	}
	return edits
}

// restoreBucket puts back the one rule that a Bucket has, where an update
// leaves out the key. An algorithm that a person wrote instead is theirs.
func restoreBucket(e *evaluation) []Edit {
	path := tree.Path{tree.Key("spec"), tree.Key("encryption"), tree.Key("rules"), tree.Index(0)}
	now := encryptionRule{evaluation: e, path: path, node: e.object.Root.Find(path)}
	before := encryptionRule{evaluation: e, path: path, node: e.old.Find(path)}
	algorithm, key := before.byDefault().Get("sseAlgorithm").Str(), before.byDefault().Get("kmsMasterKeyID")
	said := now.byDefault().Get("sseAlgorithm")
	if !now.byDefault().Get("kmsMasterKeyID").Missing() || !said.Missing() && said.Str() != algorithm {
		return nil
	}
	if algorithm != sseKMS && algorithm != sseDSSE || key.Str() == "" {
		return nil
	}
	if _, problem := e.keyProblem(&e.rule.fields[0], key); problem != "" {
		return nil
	}
	var edits []Edit
	if bucketKey := before.node.Get("bucketKeyEnabled"); bucketKey.Kind() == tree.Bool && now.node.Get("bucketKeyEnabled").Absent() {
		edits = append(edits, Edit{Path: path.Child(tree.Key("bucketKeyEnabled")), Value: bucketKey.True()})
	}
	if said.Missing() {
		edits = append(edits, Edit{Path: now.algorithmPath(), Value: algorithm})
	}
	return append(edits, Edit{Path: now.keyPath(), Value: key.Str()})
}

func (e *evaluation) ofDirectoryBucket() bool {
	spec := e.object.Root.Get("spec")
	return isDirectoryBucket(spec.Get("name").Str()) ||
		spec.Get("createBucketConfiguration").Get("bucket").Get("type").Str() == "Directory"
}

// receivesAccessLogs tells whether S3 delivers access logs to the bucket, which
// it cannot with SSE-KMS (S3 user guide, "Enabling Amazon S3 server access logging").
func (e *evaluation) receivesAccessLogs() bool {
	spec := e.object.Root.Get("spec")
	return spec.Get("acl").Str() == "log-delivery-write" ||
		e.object.Planned && logsToItself(spec) || // a cluster does not know it yet
		slices.ContainsFunc(e.bucketPolicy().policy.Statements, admitsLogDelivery) ||
		e.world.LogTarget(spec.Get("name").Str())
}

func logsToItself(bucket *tree.Node) bool {
	name := bucket.Get("name").Str()
	return name != "" && bucket.Get("logging").Get("loggingEnabled").Get("targetBucket").Str() == name
}

// admitsLogDelivery tells whether a statement lets the service that delivers
// access logs write. To name it elsewhere, say in a Deny, exempts nothing.
func admitsLogDelivery(s iam.Statement) bool {
	return s.Effect == iam.Allow && !s.NotPrincipal && slices.ContainsFunc(s.Principals, func(p iam.Principal) bool {
		return p.Type == "Service" && slices.Contains(p.IDs, "logging.s3.amazonaws.com")
	})
}
