package policies_test

import (
	"strings"
	"testing"
)

// A Bucket's policy of patterns that are made to be tried again and again, as
// long as one is read, is done with before anybody notices.
func TestEvaluateOfAHostileBucketPolicyIsBounded(t *testing.T) {
	pattern := "arn:aws:s3:::" + strings.Repeat("*a", 1000) + "b*"
	resources := strings.TrimSuffix(strings.Repeat(`"`+pattern+`",`, 30), ",")
	policy := statements(elements(everyone, allS3, `"Resource":[`+resources+`]`, insecure))
	m := bucket(t, strings.Repeat("a", 255), policy)
	if got := labels(of("transit-tls", m.findings(evaluator(t)))); len(got) != 1 || got[0] != "transit-tls/unencrypted-traffic" {
		t.Errorf("%d bytes of policy: %v", len(policy), got)
	}
}
