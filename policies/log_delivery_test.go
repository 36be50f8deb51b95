package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const (
	logStatement = `{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::training-data/*"}`
	denyHTTP     = `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::training-data/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
)

// trainingData is a Bucket with these fields beside its name; a policy is the statements of one.
func trainingData(tb testing.TB, fields string, statements ...string) manifest {
	tb.Helper()
	policy := ""
	if len(statements) > 0 {
		policy = fmt.Sprintf("  policy: '{\"Version\":\"2012-10-17\",\"Statement\":[%s]}'\n", strings.Join(statements, ","))
	}
	return load(tb, "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: training-data, namespace: science}\nspec:\n  name: training-data\n"+policy+fields)
}

const (
	aes256   = "  encryption: {rules: [{bucketKeyEnabled: false, applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}]}\n"
	underKey = "  encryption: {rules: [{bucketKeyEnabled: true, applyServerSideEncryptionByDefault: {sseAlgorithm: 'aws:kms', kmsMasterKeyID: '" + key + "'}}]}\n"
)

// Only a statement that lets a log service put objects into this bucket exempts
// it, and that is always reported.
func TestWhatExemptsABucket(t *testing.T) {
	with := func(old, replacement string) string { return strings.Replace(logStatement, old, replacement, 1) }
	condition := func(c string) string {
		return strings.TrimSuffix(logStatement, "}") + `,"Condition":` + c + "}"
	}
	elb := with("logging.s3.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com")
	for name, tt := range map[string]struct {
		statements []string
		exempt     bool
	}{
		"as documented":                     {[]string{condition(`{"StringEquals":{"aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:s3:::source"}}`)}, true},
		"beside what refuses plain HTTP":    {[]string{denyHTTP, logStatement}, true},
		"every action":                      {[]string{with("s3:PutObject", "s3:*")}, true},
		"under a prefix":                    {[]string{with("training-data/*", "training-data/logs/*")}, true},
		"a condition on an unknown key":     {[]string{condition(`{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`)}, true},
		"load balancers":                    {[]string{elb}, true},
		"load balancers of another account": {[]string{strings.TrimSuffix(elb, "}") + `,"Condition":{"StringEquals":{"aws:SourceAccount":["999988887777"]}}}`}, true},
		"load balancers by account":         {[]string{with(`"Service":"logging.s3.amazonaws.com"`, `"AWS":"156460612806"`)}, true},

		"no statement":                   {nil, false},
		"Deny":                           {[]string{with("Allow", "Deny")}, false},
		"another action":                 {[]string{with("s3:PutObject", "s3:GetBucketLocation")}, false},
		"only part of the action":        {[]string{with("s3:PutObject", "s3:PutObjectAcl")}, false},
		"another bucket":                 {[]string{with("training-data/*", "other/*")}, false},
		"the bucket, not its objects":    {[]string{with("training-data/*", "training-data")}, false},
		"everyone but the service":       {[]string{with(`"Principal"`, `"NotPrincipal"`)}, false},
		"everyone":                       {[]string{with(`{"Service":"logging.s3.amazonaws.com"}`, `"*"`)}, false},
		"no account":                     {[]string{condition(`{"StringEquals":{"aws:SourceAccount":"000000000000"}}`)}, false},
		"logs of another account":        {[]string{condition(`{"StringEquals":{"aws:SourceAccount":"999988887777"}}`)}, false},
		"an ARN of another service":      {[]string{condition(`{"ArnLike":{"aws:SourceArn":"arn:aws:ec2:eu-west-1:111122223333:*"}}`)}, false},
		"only plain HTTP":                {[]string{condition(`{"Bool":{"aws:SecureTransport":"false"}}`)}, false},
		"through a VPC endpoint":         {[]string{condition(`{"StringEquals":{"aws:SourceVpce":"vpce-1"}}`)}, false},
		"contradicting conditions":       {[]string{condition(`{"StringEquals":{"s3:x-amz-acl":"a"},"StringNotEquals":{"s3:x-amz-acl":"a"}}`)}, false},
		"denied to the service":          {[]string{logStatement, with("Allow", "Deny")}, false},
		"denied to everyone":             {[]string{logStatement, `{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":"*"}`}, false},
		"denied under its prefix":        {[]string{with("training-data/*", "training-data/logs/*"), `{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::training-data/logs/*"}`}, false},
		"a service that takes KMS keys":  {[]string{with("logging.s3.amazonaws.com", "delivery.logs.amazonaws.com")}, false},
		"longer than S3 takes":           {[]string{logStatement, with("training-data/*", strings.Repeat("x", 20<<10))}, false},
		"an account of no load balancer": {[]string{with(`"Service":"logging.s3.amazonaws.com"`, `"AWS":"111122223333"`)}, false},
	} {
		for _, encryption := range []string{aes256, ""} {
			findings := of("s3-bucket-key", trainingData(t, encryption, tt.statements...).findings(evaluator(t)))
			if len(findings) != 1 {
				t.Errorf("%s:\n%s", name, report(findings))
				continue
			}
			f := findings[0]
			if exempt := f.Reason == policies.Exempt && f.Mode == policies.Warn; exempt != tt.exempt || exempt && f.Inject {
				t.Errorf("%s:\n%s", name, report(findings))
			}
		}
	}
}

func TestAnExemptionIsReportedInTheModeOfThePolicyAndAsAWarningAtMost(t *testing.T) {
	for mode, want := range map[policies.Mode]policies.Mode{policies.Enforce: policies.Warn, policies.Warn: policies.Warn, policies.Audit: policies.Audit} {
		e := evaluator(t, func(s *policies.Settings) {
			s.Policies["s3-bucket-key"] = policies.PolicySettings{Mode: mode, Inject: true}
		})
		findings := of("s3-bucket-key", trainingData(t, aes256, logStatement).findings(e))
		if len(findings) != 1 || findings[0].Reason != policies.Exempt || findings[0].Mode != want {
			t.Errorf("%s:\n%s", mode, report(findings))
		}
	}
}

// An exemption never takes the key from a bucket that has one.
func TestAnExemptionLowersNoBucketWithAKey(t *testing.T) {
	awsManaged := strings.Replace(underKey, key, "alias/aws/s3", 1)
	for name, tt := range map[string]struct {
		before, after manifest
		denied        bool
	}{
		"one patch adds the statement and AES256": {trainingData(t, underKey), trainingData(t, aes256, logStatement), true},
		"the statement was there":                 {trainingData(t, underKey, logStatement), trainingData(t, aes256, logStatement), true},
		"the encryption goes":                     {trainingData(t, underKey), trainingData(t, "", logStatement), true},
		"another key than the organization's":     {trainingData(t, strings.Replace(underKey, "111122223333", "999988887777", 1)), trainingData(t, aes256, logStatement), true},
		"the statement alone":                     {trainingData(t, underKey), trainingData(t, underKey, logStatement), false},
		"a key that AWS manages":                  {trainingData(t, awsManaged), trainingData(t, aes256, logStatement), false},
		"it never had one":                        {trainingData(t, aes256), trainingData(t, aes256, logStatement), false},
	} {
		e := evaluator(t)
		managed := []policies.Edit{{Path: tree.MustPath("metadata.finalizers[0]"), Value: "finalizers.s3.services.k8s.aws/Bucket"}}
		tt.before, tt.after = tt.before.with(t, managed, false), tt.after.with(t, managed, false)
		findings := of("s3-bucket-key", evaluate(e, tt.after.object, tt.before.object.Root, tt.after.world))
		if policies.Enforced(findings) != tt.denied {
			t.Errorf("%s:\n%s", name, report(findings))
		}
		if !tt.denied {
			continue
		}
		fixed := tt.after.with(t, findings[0].Fix, true)
		if left := evaluate(e, fixed.object, tt.before.object.Root, fixed.world); policies.Enforced(left) {
			t.Errorf("%s: still denied after its fix:\n%s", name, report(left))
		}
	}
	listed := evaluator(t, func(s *policies.Settings) { s.LogBuckets = []string{"training-*"} })
	findings := of("s3-bucket-key", evaluate(listed, trainingData(t, aes256).object, trainingData(t, underKey).object.Root, &world{}))
	if len(findings) != 1 || findings[0].Reason != policies.Exempt {
		t.Errorf("the platform team lists it:\n%s", report(findings))
	}
}

// Taking the annotation of an adoption away makes an update a creation, but the
// bucket has its key still.
func TestAnExemptionLowersNoAdoptedBucket(t *testing.T) {
	before := trainingData(t, underKey)
	adopted := load(t, strings.Replace(marshal(t, before.value), "name: training-data\n", "name: training-data\n  annotations: {services.k8s.aws/adoption-policy: adopt}\n", 1))
	findings := evaluate(evaluator(t), trainingData(t, aes256, logStatement).object, adopted.object.Root, &world{})
	if !policies.Enforced(of("s3-bucket-key", findings)) {
		t.Errorf("admitted:\n%s", report(findings))
	}
}

// S3 takes one rule, and the first is the one that counts.
func TestARuleBeforeTheKeyIsSeen(t *testing.T) {
	rules := func(list ...string) manifest {
		return trainingData(t, "  encryption: {rules: ["+strings.Join(list, ", ")+"]}\n")
	}
	kms := "{bucketKeyEnabled: true, applyServerSideEncryptionByDefault: {sseAlgorithm: 'aws:kms', kmsMasterKeyID: '" + key + "'}}"
	bad := "{applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}"
	foreign := strings.Replace(kms, "111122223333", "999988887777", 1)
	for name, tt := range map[string]struct{ before, after manifest }{
		"inserted":                      {rules(kms), rules(bad, kms)},
		"inserted empty":                {rules(kms), rules("{}", kms)},
		"appended":                      {rules(kms), rules(kms, bad)},
		"moved to the front":            {rules(kms, bad), rules(bad, kms)},
		"a foreign key moved there":     {rules(kms, foreign), rules(foreign, kms)},
		"inserted before a legacy rule": {rules(kms, bad), rules(bad, kms, bad)},
	} {
		e := evaluator(t)
		object := tt.after
		if edits := restorations(e, object.object, tt.before.object.Root, object.world); len(edits) > 0 {
			object = object.with(t, edits, false)
		}
		if findings := evaluate(e, object.object, tt.before.object.Root, object.world); !policies.Enforced(of("s3-bucket-key", findings)) {
			t.Errorf("%s: admitted:\n%s", name, report(findings))
		}
	}
}
