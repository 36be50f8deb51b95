package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const logTarget = "spec.logging.loggingEnabled.targetBucket"

// settingReads are the fields beside the encryption that decide whether the key
// gets to S3, and what it breaks there.
func settingReads() []string {
	reads := []string{"spec.website.indexDocument", "spec.replication.rules", logTarget}
	for _, v := range catalog.ValuesBeforeEncryption() {
		reads = append(reads, v.Path)
	}
	return reads
}

// valueCheck is a row of catalog.ValuesBeforeEncryption with its path parsed.
type valueCheck struct {
	catalog.Values
	path tree.Path
}

func valueChecks() []valueCheck {
	var out []valueCheck
	for _, v := range catalog.ValuesBeforeEncryption() {
		out = append(out, valueCheck{v, tree.MustPath(v.Path)})
	}
	return out
}

// refusedSettings reports what S3 refuses before ACK sends the encryption, once a
// field. Where a value has another type, the API server has the better message;
// ACK joins ACLs with | that it cannot tell apart in AWS.
func (e *evaluation) refusedSettings(checks []valueCheck) {
	for i := range checks {
		check, told := &checks[i], false
		check.path.Walk(e.object.Root, len(check.path), func(path tree.Path, value *tree.Node) {
			text := value.Str()
			if told || text == "" || slices.Contains(check.Taken, text) || check.Path == "spec.acl" && strings.Contains(text, "|") {
				return
			}
			told = true
			e.report(Finding{
				Reason:  Malformed,
				Path:    path.Clone(),
				Problem: fmt.Sprintf("S3 rejects %s here. ACK stops there and never sends the encryption, so the bucket stays without a key.", quote(text)),
				Remedy:  "Valid values: " + strings.Join(check.Taken, ", ") + ".",
			})
		})
	}
}

// publicWebsite reports that a key shuts the readers of a website out: S3
// answers only signed requests for objects under a KMS key (S3 user guide,
// "Using server-side encryption with AWS KMS keys (SSE-KMS)").
func (e *evaluation) publicWebsite() {
	if e.object.Root.Get("spec").Get("website").Get("indexDocument").Absent() {
		return
	}
	e.report(Finding{
		Reason:  Blocked,
		Path:    tree.Path{tree.Key("spec"), tree.Key("website")},
		Problem: "website readers are anonymous, and S3 denies anonymous requests for objects under a KMS key.",
		Remedy:  "Serve the site through CloudFront with origin access control, and allow CloudFront to decrypt in the key policy.",
	})
}

// skippingRule is a rule of the replication that skips objects under KMS keys:
// S3 replicates them only on request, and reports no error (S3 user guide,
// "Replicating encrypted objects").
type skippingRule struct {
	// at is the field to set first, and advice what to set.
	at     tree.Path
	advice string
}

func (e *evaluation) skippingRule() (skippingRule, bool) {
	rules := e.object.Root.Get("spec").Get("replication").Get("rules")
	for i := range rules.Len() {
		rule := rules.At(i)
		enabled := rule.Get("sourceSelectionCriteria").Get("sseKMSEncryptedObjects").Get("status").Str() == "Enabled"
		keyed := !rule.Get("destination").Get("encryptionConfiguration").Get("replicaKMSKeyID").Missing()
		if rule.Kind() != tree.Map || rule.Get("status").Str() == "Disabled" || enabled && keyed {
			continue
		}
		path := tree.Path{tree.Key("spec"), tree.Key("replication"), tree.Key("rules"), tree.Index(i)}
		status := path.Child(tree.Key("sourceSelectionCriteria"), tree.Key("sseKMSEncryptedObjects"), tree.Key("status"))
		key := path.Child(tree.Key("destination"), tree.Key("encryptionConfiguration"), tree.Key("replicaKMSKeyID"))
		switch {
		case enabled:
			return skippingRule{key, fmt.Sprintf("Set %s to the ARN of a key in the destination's region", key)}, true
		case keyed:
			return skippingRule{status, fmt.Sprintf("Set %s to Enabled", status)}, true
		}
		return skippingRule{status, fmt.Sprintf("Set %s to Enabled and %s to the ARN of a key in the destination's region", status, key)}, true
	}
	return skippingRule{}, false
}

// finding is for a bucket that has its key.
func (s *skippingRule) finding() Finding {
	return Finding{
		Reason:  Blocked,
		Path:    s.at,
		Problem: "without it S3 does not replicate objects under a KMS key, and reports no error.",
		Remedy:  s.advice + ".",
		state:   "replication skips",
	}
}

// hinder takes from a finding for a missing key what would stop the replication
// silently, and says what comes first.
func (s *skippingRule) hinder(finding *Finding) {
	finding.Inject, finding.Fix = false, nil
	finding.Problem = strings.TrimSuffix(finding.Problem, ".") + "; cmkgate sets no key here, because replication would skip every object under it."
	finding.Remedy = s.advice + " first. " + strings.Replace(finding.Remedy, "Set it to", fmt.Sprintf("Then set %s to", finding.Path), 1)
}
