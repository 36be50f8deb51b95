package policies

import (
	"fmt"

	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// sagemakerDataSource evaluates the buckets that SageMaker reads and writes: a
// key on a job protects neither what the job is fed with nor its checkpoints.
func sagemakerDataSource() Policy {
	uses := map[catalog.Kind][]bucketUse{}
	reads := map[catalog.Kind][]string{}
	var kinds []catalog.Kind
	for _, s := range catalog.Sources() {
		if uses[s.Kind] == nil {
			kinds = append(kinds, s.Kind)
		}
		uses[s.Kind] = append(uses[s.Kind], bucketUse{tree.MustPath(s.Path), s.Holds, s.Keyless()})
		reads[s.Kind] = append(reads[s.Kind], s.Path)
	}
	return Policy{
		ID:       "sagemaker-data-source",
		Title:    "The buckets that SageMaker reads and writes are under a customer-managed key",
		Protects: "training data, model data, checkpoints and every output in S3, through the buckets that hold them",
		Default:  Warn,
		Kinds:    kinds,
		Reads:    reads,
		check:    func(e *evaluation) { e.checkSources(uses[catalog.Kind{Group: e.object.Group, Name: e.object.Kind}]) },
		Doc: `The buckets behind the S3 URIs of a SageMaker object must encrypt new objects with a customer-managed key, as
s3-bucket-key requires of a Bucket: those of inputs, outputs, model data, checkpoints, debugger and profiler data,
monitoring and feature stores. The keys of a job do not cover them: input data was encrypted when it was written, and
checkpoints and debugger data have no key field at all, so the bucket's default encryption applies.

Only buckets that cmkgate knows are checked: a Bucket in the cluster, or among the manifests passed to the command line,
whose spec.name is the bucket of the URI. Other buckets are not reported, unless only their own encryption protects the
data (checkpoints, debugger and profiler output): those are unverifiable. Each bucket is reported once per object, at the
first field that uses it. Access points are not followed.

The platform team can declare a bucket that complies in a way that its Bucket does not show, in the configuration under
compliantBuckets.

**How to satisfy it.** Encrypt the Bucket with a key, as s3-bucket-key requires:

` + "```yaml" + `
kind: TrainingJob
spec:
  inputDataConfig:
  - channelName: train
    dataSource:
      s3DataSource:
        s3DataType: S3Prefix
        s3URI: s3://training-data/churn
---
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

// bucketUse is a field that names a bucket, and what the bucket holds by it.
type bucketUse struct {
	path    tree.Path
	holds   string
	keyless bool
}

func (e *evaluation) checkSources(uses []bucketUse) {
	if e.observes {
		return
	}
	// An unknown bucket is not a matter until data without a key of their own lie
	// in it, so a use of another sort does not settle it.
	told, settled := map[string]bool{"": true}, map[string]bool{"": true}
	eachBucket(uses, e.old, func(use *bucketUse, _ tree.Path, bucket string) { // an update does not introduce them
		told[bucket] = true
		settled[bucket] = settled[bucket] || use.keyless
	})
	eachBucket(uses, e.object.Root, func(use *bucketUse, path tree.Path, bucket string) {
		again := told[bucket]
		if again && (!use.keyless || settled[bucket]) || !e.checksPlace() {
			return
		}
		finding, wrong, known := e.judgeSource(bucket, use)
		told[bucket] = true
		settled[bucket] = use.keyless || known
		if wrong && (!again || !known) {
			finding.Path = path.Clone()
			e.report(finding)
		}
	})
}

// eachBucket visits the buckets that an object names, "" for what names none.
func eachBucket(uses []bucketUse, root *tree.Node, visit func(*bucketUse, tree.Path, string)) {
	if root == nil {
		return
	}
	for i := range uses {
		use := &uses[i]
		use.path.Walk(root, len(use.path), func(path tree.Path, uri *tree.Node) { visit(use, path, bucketOf(uri.Str())) })
	}
}

// judgeSource evaluates a bucket by the Bucket that stands for it, if one is known.
func (e *evaluation) judgeSource(name string, use *bucketUse) (finding Finding, wrong, known bool) {
	if len(e.settings.CompliantBuckets) > 0 && matchesAny(e.settings.CompliantBuckets, name) {
		return Finding{}, false, true
	}
	bucket, ok := e.bucketNamed(name)
	if !ok {
		return unknownBucket(name, use), use.keyless, false
	}
	finding, wrong = e.judgeKnownSource(bucket, name, use)
	return finding, wrong, true
}

func (e *evaluation) judgeKnownSource(bucket Object, name string, use *bucketUse) (Finding, bool) {
	if bucket.standing() == ack.GivenUp && !bucket.Planned {
		why, _ := doubt(bucket)
		return Finding{
			Reason:  Unverifiable,
			Problem: fmt.Sprintf("bucket %s holds %s, but its key is unknown: %s.", quote(name), use.holds, why),
			Remedy:  fmt.Sprintf("Fix Bucket %s in namespace %s.", quote(bucket.Name), quote(bucket.Namespace)),
		}, true
	}
	findings := e.ask(bucket, "s3-bucket-key", checkDefaultEncryption)
	if len(findings) == 0 {
		return Finding{}, false
	}
	problem := "bucket %s holds %s and is not under a key of your organization: %s: %s"
	if findings[0].Reason == Unverifiable {
		problem = "bucket %s holds %s, but its key cannot be verified: %s: %s"
	}
	return Finding{
		Reason:  findings[0].Reason,
		Problem: fmt.Sprintf(problem, quote(name), use.holds, findings[0].Path, findings[0].Problem),
		Remedy: fmt.Sprintf("Fix Bucket %s in namespace %s, or ask your platform team to add %s to compliantBuckets.",
			quote(bucket.Name), quote(bucket.Namespace), quote(name)),
	}, true
}

// unknownBucket is the finding for data that only the bucket's own encryption
// protects, in a bucket that nobody knows.
func unknownBucket(name string, use *bucketUse) Finding {
	return Finding{
		Reason:  Unverifiable,
		Problem: fmt.Sprintf("bucket %s holds %s, which have no key field of their own, and cmkgate knows of no Bucket with that name.", quote(name), use.holds),
		Remedy:  "Create the bucket through ACK (on the command line, pass its manifest), or ask your platform team to add it to compliantBuckets.",
	}
}

// bucketNamed picks the Bucket of a name, which is one for all regions and
// accounts: one of the same namespace before any other.
func (e *evaluation) bucketNamed(name string) (Object, bool) {
	var found Object
	for _, bucket := range e.world.Named(catalog.Kind{Group: catalog.S3, Name: "Bucket"}, name) {
		switch {
		case encryptionNotSeenYet(bucket):
			continue
		case bucket.Namespace == e.object.Namespace:
			return bucket, true
		case found.Root == nil || bucket.Namespace < found.Namespace:
			found = bucket
		}
	}
	return found, found.Root != nil
}

// encryptionNotSeenYet reports whether a Bucket is to be filled in with what
// ACK sees in AWS, and its encryption is not there yet.
func encryptionNotSeenYet(bucket Object) bool {
	return bucket.ack().Adopting() && bucket.Root.Get("spec").Get("encryption").Empty()
}
