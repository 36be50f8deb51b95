package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
)

func TestTransitTLSFixtures(t *testing.T) { testFixtures(t, "transit-tls") }

// bucket is a Bucket with a policy, as created in a region.
func bucket(t *testing.T, name, policy string) manifest {
	t.Helper()
	return load(t, bucketText(name, policy))
}

func heldBucket(t *testing.T, name, policy string) manifest {
	t.Helper()
	return load(t, held(bucketText(name, policy)))
}

func bucketText(name, policy string) string {
	return fmt.Sprintf("apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b, namespace: science}\nspec: {name: %q, policy: %q}\n", name, policy)
}

const (
	everyone = `"Effect":"Deny","Principal":"*"`
	both     = `"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*"]`
	insecure = `"Condition":{"Bool":{"aws:SecureTransport":"false"}}`
	allS3    = `"Action":"s3:*"`
)

// statements makes a policy of statements that are lists of elements.
func statements(list ...string) string {
	return `{"Version":"2012-10-17","Statement":[{` + strings.Join(list, "},{") + `}]}`
}

func elements(list ...string) string { return strings.Join(list, ",") }

func TestTransitTLSUnderstandsEverySpelling(t *testing.T) {
	for name, policy := range map[string]string{
		"as documented":               statements(elements(everyone, allS3, both, insecure)),
		"single statement":            `{"Statement":{` + elements(everyone, allS3, both, insecure) + `}}`,
		"among others":                statements(elements(`"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject"`, both), elements(everyone, allS3, both, insecure)),
		"principal by account type":   statements(elements(`"Effect":"Deny","Principal":{"AWS":"*"}`, allS3, both, insecure)),
		"principal in a list":         statements(elements(`"Effect":"Deny","Principal":{"Service":"logging.s3.amazonaws.com","AWS":["111122223333","*"]}`, allS3, both, insecure)),
		"every action":                statements(elements(everyone, `"Action":"*"`, both, insecure)),
		"action in a list":            statements(elements(everyone, `"Action":["s3:GetObject","s3:*"]`, both, insecure)),
		"action in capitals":          statements(elements(everyone, `"Action":"S3:*"`, both, insecure)),
		"all but actions of others":   statements(elements(everyone, `"NotAction":["iam:*","sts:AssumeRole"]`, both, insecure)),
		"every resource":              statements(elements(everyone, allS3, `"Resource":"*"`, insecure)),
		"every bucket":                statements(elements(everyone, allS3, `"Resource":"arn:aws:s3:::*"`, insecure)),
		"one pattern for both":        statements(elements(everyone, allS3, `"Resource":"arn:aws:s3:::data*"`, insecure)),
		"wildcard in the name":        statements(elements(everyone, allS3, `"Resource":["arn:aws:s3:::d?ta","arn:*:s3:::*ta/?*"]`, insecure)),
		"another partition":           statements(elements(everyone, allS3, `"Resource":["arn:aws-us-gov:s3:::data","arn:aws-us-gov:s3:::data/*"]`, insecure)),
		"all but another bucket":      statements(elements(everyone, allS3, `"NotResource":["arn:aws:s3:::other","arn:aws:s3:::other/*"]`, insecure)),
		"two statements":              statements(elements(everyone, allS3, `"Resource":"arn:aws:s3:::data"`, insecure), elements(everyone, allS3, `"Resource":"arn:aws:s3:::data/*"`, insecure)),
		"boolean value":               statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":false}}`)),
		"value in a list":             statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":["false"]}}`)),
		"value in capitals":           statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":"False"}}`)),
		"key in another case":         statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"AWS:securetransport":"false"}}`)),
		"if exists":                   statements(elements(everyone, allS3, both, `"Condition":{"BoolIfExists":{"aws:SecureTransport":"false"}}`)),
		"needless quantifier":         statements(elements(everyone, allS3, both, `"Condition":{"ForAnyValue:Bool":{"aws:SecureTransport":"false"}}`)),
		"and that the key is there":   statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":"false"},"Null":{"aws:SecureTransport":"false"}}`)),
		"nobody may do anything":      statements(elements(everyone, allS3, both)),
		"no condition in the block":   statements(elements(everyone, allS3, both, `"Condition":{}`)),
		"the older language":          `{"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"",` + elements(everyone, allS3, both, insecure) + `}]}`,
		"more than the bucket":        statements(elements(everyone, `"Action":["s3:*","kms:*"]`, `"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*","arn:aws:s3:::other"]`, insecure)),
		"escapes":                     strings.ReplaceAll(statements(elements(everyone, allS3, both, insecure)), "s3:", `\u0073\u0033:`),
		"a statement for every other": statements(elements(everyone, allS3, both, `"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`), elements(everyone, allS3, both, insecure)),
	} {
		t.Run(name, func(t *testing.T) {
			if got := of("transit-tls", bucket(t, "data", policy).findings(evaluator(t))); len(got) > 0 {
				t.Errorf("%s has findings:\n%s", policy, report(got))
			}
		})
	}
}

// A Deny that is narrower than it looks, and the element that makes it so.
func TestTransitTLSIsNotDeceived(t *testing.T) {
	for name, tt := range map[string]struct{ policy, want string }{
		"bucket only":                   {statements(elements(everyone, allS3, `"Resource":"arn:aws:s3:::data"`, insecure)), "Resource does not cover arn:aws:s3:::data/*"},
		"objects only":                  {statements(elements(everyone, allS3, `"Resource":"arn:aws:s3:::data/*"`, insecure)), "Resource does not cover arn:aws:s3:::data."},
		"one folder":                    {statements(elements(everyone, allS3, `"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/train/*"]`, insecure)), "Resource does not cover arn:aws:s3:::data/*"},
		"objects of two letters":        {statements(elements(everyone, allS3, `"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/??*"]`, insecure)), "Resource does not cover arn:aws:s3:::data/*"},
		"objects by ending":             {statements(elements(everyone, allS3, `"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*.csv"]`, insecure)), "Resource does not cover arn:aws:s3:::data/*"},
		"another bucket":                {statements(elements(everyone, allS3, `"Resource":["arn:aws:s3:::date","arn:aws:s3:::date/*"]`, insecure)), "Resource does not cover"},
		"name in another case":          {statements(elements(everyone, allS3, `"Resource":["arn:aws:s3:::Data","arn:aws:s3:::Data/*"]`, insecure)), "Resource does not cover"},
		"policy variable":               {statements(elements(everyone, allS3, `"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/${aws:username}*"]`, insecure)), "Resource does not cover"},
		"name without ARN":              {statements(elements(everyone, allS3, `"Resource":["data","data/*"]`, insecure)), "Resource does not cover"},
		"all but some objects":          {statements(elements(everyone, allS3, `"NotResource":"arn:aws:s3:::data/public/*"`, insecure)), "NotResource does not cover arn:aws:s3:::data/*"},
		"all but the bucket, by chance": {statements(elements(everyone, allS3, `"NotResource":"arn:aws:s3:::d*"`, insecure)), "NotResource does not cover"},
		"some actions":                  {statements(elements(everyone, `"Action":["s3:Get*","s3:Put*"]`, both, insecure)), "Action does not cover s3:*"},
		"actions of another service":    {statements(elements(everyone, `"Action":"s3express:*"`, both, insecure)), "Action does not cover s3:*"},
		"all but one action":            {statements(elements(everyone, `"NotAction":"s3:ListBucket"`, both, insecure)), "NotAction does not cover s3:*"},
		"all but actions by wildcard":   {statements(elements(everyone, `"NotAction":"*:Get*"`, both, insecure)), "NotAction does not cover s3:*"},
		"one principal":                 {statements(elements(`"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:role/ml"}`, allS3, both, insecure)), `Principal is not "*"`},
		"every service":                 {statements(elements(`"Effect":"Deny","Principal":{"Service":"*"}`, allS3, both, insecure)), `Principal is not "*"`},
		"all but one principal":         {statements(elements(`"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/ml"}`, allS3, both, insecure)), "NotPrincipal lets some requests through"},
		"all but everyone":              {statements(elements(`"Effect":"Deny","NotPrincipal":"*"`, allS3, both, insecure)), "NotPrincipal lets some requests through"},
		"an Allow":                      {statements(elements(`"Effect":"Allow","Principal":"*"`, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":"true"}}`)), "Effect is Allow"},
		"the wrong way round":           {statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":"true"}}`)), "Condition is not"},
		"another operator":              {statements(elements(everyone, allS3, both, `"Condition":{"StringEquals":{"aws:SecureTransport":"false"}}`)), "Condition is not"},
		"operator that does not exist":  {statements(elements(everyone, allS3, both, `"Condition":{"Boolean":{"aws:SecureTransport":"false"}}`)), "Condition is not"},
		"only where the key is absent":  {statements(elements(everyone, allS3, both, `"Condition":{"Null":{"aws:SecureTransport":"true"}}`)), "Condition is not"},
		"a further condition":           {statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":"false"},"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}`)), "Condition is not"},
		"a further key":                 {statements(elements(everyone, allS3, both, `"Condition":{"Bool":{"aws:SecureTransport":"false","aws:PrincipalIsAWSService":"false"}}`)), "Condition is not"},
		"old TLS only":                  {statements(elements(everyone, allS3, both, `"Condition":{"NumericLessThan":{"s3:TlsVersion":1.2}}`)), ""},
		"the nearer of two": {statements(
			elements(everyone, allS3, `"Resource":"arn:aws:s3:::data"`, insecure),
			elements(everyone, `"Action":"s3:Get*"`, `"Resource":"arn:aws:s3:::data/*"`, insecure),
			elements(everyone, allS3, `"Resource":"arn:aws:s3:::other"`, insecure),
		), "/Statement/1 is not enough: its Action does not cover s3:*"},
		"nothing of the kind": {statements(elements(`"Effect":"Allow","Principal":"*","Action":"s3:GetObject"`, both)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := of("transit-tls", bucket(t, "data", tt.policy).findings(evaluator(t)))
			if len(got) != 1 || got[0].Reason != policies.UnencryptedTraffic || !strings.Contains(got[0].Remedy, tt.want) || strings.Contains(got[0].Remedy, "statement at") != (tt.want != "") {
				t.Fatalf("%s: want a finding with %q:\n%s", tt.policy, tt.want, report(got))
			}
			// The statement in the hint, pasted beside the others, is enough.
			_, statement, _ := strings.Cut(got[0].Remedy, "Add ")
			statement, _, ok := strings.Cut(statement, " to its Statement.")
			pasted := strings.Replace(tt.policy, `"Statement":[`, `"Statement":[`+statement+",", 1)
			if left := of("transit-tls", bucket(t, "data", pasted).findings(evaluator(t))); !ok || len(left) > 0 {
				t.Errorf("%s still has findings:\n%s", pasted, report(left))
			}
		})
	}
}

func TestBrokenBucketPoliciesAreToldOnceAndWhere(t *testing.T) {
	for name, tt := range map[string]struct{ policy, want string }{
		"no JSON":             {"{\n  \"Version\": 2012-10-17\n}", "at line 2, column 18"},
		"cut off":             {`{"Statement":[`, "at line 1, column 14"},
		"blank":               {" ", "at line 1, column 1"},
		"column of letters":   {`{"Id":"äöü",}`, "at line 1, column 13"},
		"two documents":       {`{} {}`, "at line 1, column 4"},
		"a list":              {`[]`, "at its root"},
		"no statement":        {`{"Version":"2012-10-17"}`, "at /Statement"},
		"no statements":       {`{"Statement":[]}`, "at /Statement"},
		"a version of theirs": {`{"Version":"2026-01-01","Statement":[]}`, "at /Version"},
		"statement of text":   {`{"Statement":["x"]}`, "at /Statement/0"},
		"unknown field":       {`{"Statements":[]}`, `it is "Statement"`},
		"field twice":         {statements(elements(everyone, `"Effect":"Allow"`, allS3, both)), `the element "Effect" twice at /Statement/0`},
		"lower-case effect":   {statements(elements(`"Effect":"deny","Principal":"*"`, allS3, both)), "at /Statement/0/Effect"},
		"no principal":        {statements(elements(`"Effect":"Deny"`, allS3, both)), "no Principal at /Statement/0"},
		"principal of text":   {statements(elements(`"Effect":"Deny","Principal":"me"`, allS3, both)), "at /Statement/0/Principal"},
		"unknown principal":   {statements(elements(`"Effect":"Deny","Principal":{"aws":"*"}`, allS3, both)), `it is "AWS"`},
		"no action":           {statements(elements(everyone, both)), "no Action at /Statement/0"},
		"both actions":        {statements(elements(everyone, allS3, `"NotAction":"s3:*"`, both)), "both Action and NotAction at /Statement/0"},
		"action of numbers":   {statements(elements(everyone, `"Action":["s3:*",7]`, both)), "a number instead of a string, at /Statement/0/Action/1"},
		"null resource":       {statements(elements(everyone, allS3, `"Resource":null`)), "at /Statement/0/Resource"},
		"empty resource":      {statements(elements(everyone, allS3, `"Resource":[]`)), "an empty list"},
		"condition of text":   {statements(elements(everyone, allS3, both, `"Condition":"x"`)), "at /Statement/0/Condition"},
		"condition too flat":  {statements(elements(everyone, allS3, both, `"Condition":{"aws:SecureTransport":"false"}`)), "at /Statement/0/Condition/aws:SecureTransport"},
		"long strange name":   {statements(elements(everyone, allS3, both, `"Condition":{"`+strings.Repeat(`\n`, 500)+`":1}`)), `at "/Statement/0/Condition/\n`},
		"too long":            {`{"Id":"` + strings.Repeat("x", 1<<20) + `"}`, "longer than AWS allows"},
	} {
		t.Run(name, func(t *testing.T) {
			got := bucket(t, "data", tt.policy).findings(evaluator(t, func(s *policies.Settings) { s.Policies["s3-bucket-key"] = policies.PolicySettings{Mode: policies.Off} }))
			if diff := cmp.Diff([]string{"transit-tls/malformed"}, labels(got)); diff != "" {
				t.Fatalf("%.200s (-want +got):\n%s", tt.policy, diff)
			}
			if m := got[0].Message(); !strings.Contains(m, tt.want) || len(m) > 400 || strings.ContainsAny(m, "\n\x00") {
				t.Errorf("%q, want %q", m, tt.want)
			}
		})
	}
}

// The strictest of the policies that cannot read a document is about it.
func TestABrokenBucketPolicyIsToldByTheStrictest(t *testing.T) {
	for _, tt := range []struct {
		tls, key policies.Mode
		want     []string
	}{
		{policies.Warn, policies.Off, []string{"transit-tls/malformed"}},
		{policies.Warn, policies.Enforce, []string{"s3-no-customer-provided-key/malformed"}},
		{policies.Off, policies.Audit, []string{"s3-no-customer-provided-key/malformed"}},
		{policies.Audit, policies.Audit, []string{"transit-tls/malformed"}},
		{policies.Off, policies.Off, nil},
	} {
		e := evaluator(t, func(s *policies.Settings) {
			s.Policies["s3-bucket-key"] = policies.PolicySettings{Mode: policies.Off}
			s.Policies["transit-tls"] = policies.PolicySettings{Mode: tt.tls}
			s.Policies["s3-no-customer-provided-key"] = policies.PolicySettings{Mode: tt.key}
		})
		for _, name := range []string{"data", "data--euw1-az1--x-s3"} {
			if diff := cmp.Diff(tt.want, labels(bucket(t, name, "{").findings(e))); diff != "" {
				t.Errorf("%s with %s and %s (-want +got):\n%s", name, tt.tls, tt.key, diff)
			}
		}
	}
}

// The whole policy of the hint has a statement for each policy that is on.
func TestTheProposedBucketPolicyHasWhatIsAskedFor(t *testing.T) {
	for _, tt := range []struct {
		tls, key   policies.Mode
		statements int
	}{{policies.Warn, policies.Off, 1}, {policies.Off, policies.Warn, 1}, {policies.Warn, policies.Audit, 2}} {
		e := evaluator(t, func(s *policies.Settings) {
			s.Policies["s3-bucket-key"] = policies.PolicySettings{Mode: policies.Off}
			s.Policies["transit-tls"] = policies.PolicySettings{Mode: tt.tls}
			s.Policies["s3-no-customer-provided-key"] = policies.PolicySettings{Mode: tt.key}
		})
		m := bucket(t, strings.Repeat("x", 63), "")
		findings := m.findings(e)
		if len(findings) != tt.statements || strings.Count(findings[0].Remedy, `"Effect"`) != tt.statements {
			t.Fatalf("%s and %s:\n%s", tt.tls, tt.key, report(findings))
		}
		if left := m.with(t, findings[0].Fix, true).findings(e); len(left) > 0 {
			t.Errorf("with the proposed policy there are still findings:\n%s", report(left))
		}
	}
}

func TestTransitTLSOnUpdates(t *testing.T) {
	good := statements(elements(everyone, allS3, both, insecure))
	other := statements(elements(`"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject"`, both))
	narrow := statements(elements(everyone, allS3, `"Resource":"arn:aws:s3:::data/*"`, insecure))
	for name, tt := range map[string]struct {
		before, after string
		want          []string
	}{
		"legacy bucket gets a policy":     {"", other, nil},
		"legacy bucket loses its policy":  {other, "", nil},
		"legacy bucket half way":          {other, narrow, nil},
		"fixed":                           {"", good, nil},
		"statement taken away":            {good, other, []string{"spec.policy unencrypted-traffic"}},
		"policy taken away":               {good, "", []string{"spec.policy unencrypted-traffic"}},
		"narrowed":                        {good, narrow, []string{"spec.policy unencrypted-traffic"}},
		"broken":                          {good, "{", []string{"spec.policy malformed"}},
		"broken before, and put half way": {"{", other, []string{"spec.policy unencrypted-traffic"}},
		"broken as before":                {"{", "{", nil},
	} {
		got := of("transit-tls", evaluate(evaluator(t), heldBucket(t, "data", tt.after).object, heldBucket(t, "data", tt.before).object.Root, nil))
		if diff := cmp.Diff(tt.want, places(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
