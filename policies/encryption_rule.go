package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// encryptionRule is one rule of a Bucket's default encryption. Its three fields
// are evaluated and set together.
type encryptionRule struct {
	*evaluation
	field     *field
	directory bool // the bucket is a directory bucket
	inject    bool // whether the webhook may set what is missing, as far as the bucket goes
	path      tree.Path
	node      *tree.Node
}

func (r encryptionRule) mayInject(f *field) bool { return r.inject && r.evaluation.mayInject(f) }

func (r encryptionRule) byDefault() *tree.Node {
	return r.node.Get("applyServerSideEncryptionByDefault")
}

// unspecified is the state of a Bucket that leaves its encryption to S3, in
// whatever words: nothing, an empty rule, or AES256, which is what S3 does then
// and what ACK writes into the spec (late initialization, s3-controller v1.7.1).
const unspecified = "nothing said"

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
	if finding, ok := r.reference(r.field, r.keyPath(), r.byDefault().Get("kmsMasterKeyID")); ok {
		return finding, true
	}
	algorithm, key := r.byDefault().Get("sseAlgorithm"), r.byDefault().Get("kmsMasterKeyID")
	switch text := algorithm.Str(); {
	case algorithm.Missing() && key.Missing():
		return r.none(r.path), true
	case algorithm.Missing():
		return r.withoutAlgorithm(key), true
	case text == sseDSSE && r.directory:
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("directory buckets do not support %q.", text), key), true
	case text == sseKMS || text == sseDSSE:
		return r.withKey(text, key)
	case text == sseS3:
		return r.wrongAlgorithm(AWSManaged, fmt.Sprintf("%q encrypts with a key that AWS owns (SSE-S3).", text), key), true
	case text == "":
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("an algorithm must be a string, not a value of type %s.", algorithm.Kind()), key), true
	case namesSSEKMS(text):
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("%s is not S3's name for encryption with KMS keys: use %q or %q.", quote(text), sseKMS, sseDSSE), key), true
	default:
		return r.wrongAlgorithm(Malformed, fmt.Sprintf("%s is not encryption with KMS keys; S3 supports %q and %q.", quote(text), sseKMS, sseDSSE), key), true
	}
}

// namesSSEKMS reports whether a text means SSE-KMS in other words than the API's.
func namesSSEKMS(algorithm string) bool {
	word := strings.ToLower(strings.NewReplacer("-", "", "_", "", ":", "", " ", "").Replace(algorithm))
	switch word {
	case "kms", "awskms", "ssekms", "dssekms", "kmsdsse", "awskmsdsse":
		return true
	}
	return false
}

// judgedKey evaluates the key of the rule alone.
func (r encryptionRule) judgedKey(key *tree.Node) (Finding, bool) {
	f := r.field
	if r.directory {
		f = &field{Field: f.Field}
		f.Accepts = kms.KeyID | kms.KeyARN // PutBucketEncryption takes no alias for directory buckets
	}
	return r.wrongKey(f, r.keyPath(), key, r.mayInject(f))
}

// unproven is the finding for a key that may be AWS's.
func (r encryptionRule) unproven() (Finding, bool) {
	key := r.byDefault().Get("kmsMasterKeyID")
	if _, wrong := r.judgedKey(key); wrong {
		return Finding{}, false
	}
	return r.unprovenKey(r.field, r.keyPath(), key)
}

// none is the finding for encryption, or a rule of it, that says nothing.
func (r encryptionRule) none(path tree.Path) Finding {
	finding := r.missingKey(r.field, path, r.mayInject(r.field))
	finding.Problem = "no default encryption with a KMS key is set, so " + r.field.Consequence + "."
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
		Problem: "a key is set without an algorithm, which S3 requires.",
		Remedy:  fmt.Sprintf("Set it to %q.", sseKMS),
		Fix:     r.edits(sseKMS, nil, false),
		Inject:  r.mayInject(r.field),
	}
}

// withKey evaluates the key of a rule that encrypts with KMS.
func (r encryptionRule) withKey(algorithm string, key *tree.Node) (Finding, bool) {
	finding, wrong := r.judgedKey(key)
	if !wrong {
		return finding, false
	}
	if finding.Reason == Missing {
		finding.Problem = "no KMS key is set, so S3 encrypts with alias/aws/s3, which is managed by AWS."
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
		finding.Remedy = fmt.Sprintf("Set it to %q with a key: %s", sseKMS, fix.Remedy)
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
// omits the key. An algorithm that a person wrote instead is theirs.
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
