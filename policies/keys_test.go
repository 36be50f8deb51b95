package policies_test

import (
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

func defaultKey(arn string, namespaces []string, purposes ...catalog.Purpose) policies.DefaultKey {
	return policies.DefaultKey{Key: reference(arn), Namespaces: namespaces, Purposes: purposes}
}

// injected is the value that the webhook would set for a path, "" for none.
func injected(findings []policies.Finding, path string) string {
	for _, edit := range policies.Injections(findings) {
		if edit.Path.String() == path {
			return edit.Value.(string)
		}
	}
	return ""
}

func TestTheMostSpecificDefaultKeyWins(t *testing.T) {
	const (
		a       = "arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-0000-0000-0000-000000000000"
		b       = "arn:aws:kms:eu-west-1:111122223333:key/bbbbbbbb-0000-0000-0000-000000000000"
		c       = "arn:aws:kms:eu-west-1:111122223333:key/cccccccc-0000-0000-0000-000000000000"
		foreign = "arn:aws:kms:eu-west-1:999988887777:key/dddddddd-0000-0000-0000-000000000000"
		far     = "arn:aws:kms:us-east-1:111122223333:key/eeeeeeee-0000-0000-0000-000000000000"
		mrkNear = "arn:aws:kms:eu-west-1:111122223333:key/mrk-ffffffffffffffffffffffffffffffff"
		mrkFar  = "arn:aws:kms:us-east-1:111122223333:key/mrk-ffffffffffffffffffffffffffffffff"
	)
	science := []string{"science"}
	for name, tt := range map[string]struct {
		keys []policies.DefaultKey
		want string // "" for none
	}{
		"none":                         {nil, ""},
		"one":                          {[]policies.DefaultKey{defaultKey(a, nil)}, a},
		"another region":               {[]policies.DefaultKey{defaultKey(far, nil)}, ""},
		"the replica in the region":    {[]policies.DefaultKey{defaultKey(mrkFar, nil), defaultKey(mrkNear, nil)}, mrkNear},
		"another namespace":            {[]policies.DefaultKey{defaultKey(a, []string{"fraud-*"})}, ""},
		"another purpose":              {[]policies.DefaultKey{defaultKey(a, nil, catalog.PurposeBucket, catalog.PurposeOutput)}, ""},
		"by namespace":                 {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(b, []string{"sci*"})}, b},
		"by namespace, written first":  {[]policies.DefaultKey{defaultKey(b, []string{"sci*"}), defaultKey(a, nil)}, b},
		"by purpose":                   {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(b, nil, catalog.PurposeVolume)}, b},
		"by both":                      {[]policies.DefaultKey{defaultKey(a, science), defaultKey(b, nil, catalog.PurposeVolume), defaultKey(c, science, catalog.PurposeVolume)}, c},
		"a tie is no answer":           {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(b, nil)}, ""},
		"a tie of three":               {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(b, nil), defaultKey(a, nil)}, ""},
		"a tie hidden by a repetition": {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(b, nil), defaultKey(b, nil)}, ""},
		"a tie below the best":         {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(b, nil), defaultKey(c, science)}, c},
		"a tie below the best, the other way round": {[]policies.DefaultKey{defaultKey(c, science), defaultKey(a, nil), defaultKey(b, nil)}, c},
		"namespace against purpose":                 {[]policies.DefaultKey{defaultKey(a, science), defaultKey(b, nil, catalog.PurposeVolume)}, ""},
		"the same key twice":                        {[]policies.DefaultKey{defaultKey(a, science), defaultKey(a, nil, catalog.PurposeVolume)}, a},
		"the own account":                           {[]policies.DefaultKey{defaultKey(foreign, nil), defaultKey(a, nil)}, a},
		"the own account, written first":            {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(foreign, nil)}, a},
		"specific before own":                       {[]policies.DefaultKey{defaultKey(a, nil), defaultKey(foreign, science)}, foreign},
		"foreign where there is no other":           {[]policies.DefaultKey{defaultKey(foreign, nil)}, foreign},
	} {
		t.Run(name, func(t *testing.T) {
			e := evaluator(t, func(s *policies.Settings) { s.DefaultKeys = tt.keys })
			findings := of("sagemaker-volume-key", load(t, trainingJob).findings(e))
			if got := injected(findings, "spec.resourceConfig.volumeKMSKeyID"); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if tt.want == "" && !strings.Contains(findings[0].Remedy, "has no default volume key in eu-west-1") {
				t.Errorf("remedy %q", findings[0].Remedy)
			}
		})
	}
}

// A default key may be named everywhere, whatever accounts are trusted.
func TestDefaultKeysAreTrusted(t *testing.T) {
	const foreign = "arn:aws:kms:eu-west-1:999988887777:key/dddddddd-0000-0000-0000-000000000000"
	job := strings.Replace(trainingJob, "instanceType: ml.m5.xlarge", "instanceType: ml.m5.xlarge, volumeKMSKeyID: '"+foreign+"'", 1)
	if got := of("sagemaker-volume-key", load(t, job).findings(evaluator(t))); len(got) != 1 || got[0].Reason != policies.Untrusted {
		t.Errorf("a key of another account:\n%s", report(got))
	}
	e := evaluator(t, func(s *policies.Settings) {
		s.DefaultKeys = append(s.DefaultKeys, defaultKey(foreign, []string{"elsewhere"}))
	})
	if got := of("sagemaker-volume-key", load(t, job).findings(e)); len(got) > 0 {
		t.Errorf("a default key:\n%s", report(got))
	}
}

// The order is ACK's: resource, namespace, controller. A Bucket lies where its
// location constraint says, and a new object has no status yet.
func TestTheRegionIsTheOneThatACKWorksIn(t *testing.T) {
	const (
		status      = "status: {ackResourceMetadata: {region: ap-south-1}}\n"
		resource    = "services.k8s.aws/region: us-east-1"
		notRead     = "services.k8s.aws/default-region: sa-east-1"
		onNamespace = "services.k8s.aws/default-region"
	)
	for name, tt := range map[string]struct {
		annotation, status, namespace, spec, want string
	}{
		"configuration":                  {want: "eu-west-1"},
		"namespace":                      {namespace: "us-west-2", want: "us-west-2"},
		"resource before namespace":      {annotation: resource, namespace: "us-west-2", want: "us-east-1"},
		"the status of a new object":     {annotation: resource, status: status, namespace: "us-west-2", want: "us-east-1"},
		"the namespace's name on the CR": {annotation: notRead, want: "eu-west-1"},
		"location constraint before all": {annotation: resource, status: status, spec: "createBucketConfiguration: {locationConstraint: ca-central-1}", want: "ca-central-1"},
		"EU":                             {annotation: resource, spec: "createBucketConfiguration: {locationConstraint: EU}", want: "eu-west-1"},
		"empty location constraint":      {annotation: resource, spec: `createBucketConfiguration: {locationConstraint: ""}`, want: "us-east-1"},
		"directory bucket in a zone":     {annotation: resource, spec: "createBucketConfiguration: {location: {name: use1-az4, type: AvailabilityZone}}", want: "us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			m := load(t, "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b, namespace: science, annotations: {"+tt.annotation+"}}\nspec: {name: b, "+tt.spec+"}\n"+tt.status)
			ns := policies.Namespace{Name: "science", Annotations: map[string]string{}}
			if tt.namespace != "" {
				ns.Annotations[onNamespace] = tt.namespace
			}
			m.world.namespaces["science"] = ns
			e := evaluator(t, func(s *policies.Settings) {
				s.DefaultKeys = nil
				for _, region := range []string{"eu-west-1", "us-west-2", "us-east-1", "ap-south-1", "ca-central-1", "sa-east-1"} {
					s.DefaultKeys = append(s.DefaultKeys, defaultKey("arn:aws:kms:"+region+":111122223333:key/11111111-1111-1111-1111-111111111111", nil))
				}
			})
			got := injected(m.findings(e), "spec.encryption.rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyID")
			if !strings.Contains(got, ":"+tt.want+":") {
				t.Errorf("a key of %s is injected, want %s", got, tt.want)
			}
		})
	}
}

// The location constraint is a Bucket's; a field of that name elsewhere is nothing.
func TestOnlyBucketsHaveALocationConstraint(t *testing.T) {
	job := strings.Replace(trainingJob, "spec:\n", "spec:\n  createBucketConfiguration: {locationConstraint: us-east-1}\n", 1)
	if got := injected(load(t, job).findings(evaluator(t)), "spec.resourceConfig.volumeKMSKeyID"); got != key {
		t.Errorf("a TrainingJob gets %s", got)
	}
}

// The account is the namespace's, then the controller's; ACK does not read it
// from the resource's annotations, and a new object has no status yet.
func TestABareKeyIsTrustedInTheAccountThatACKWorksIn(t *testing.T) {
	const bare = "volumeKMSKeyID: 44444444-4444-4444-4444-444444444444"
	for name, tt := range map[string]struct {
		annotation, status, namespace string
		trusted                       bool
	}{
		"controller":                 {trusted: true},
		"namespace":                  {namespace: stranger, trusted: false},
		"status of a new object":     {status: stranger, trusted: true},
		"namespace before status":    {namespace: account, status: stranger, trusted: true},
		"annotation of the resource": {annotation: stranger, trusted: true},
	} {
		t.Run(name, func(t *testing.T) {
			job := strings.Replace(trainingJob, "instanceType: ml.m5.xlarge", "instanceType: ml.m5.xlarge, "+bare, 1)
			job = strings.Replace(job, "namespace: science}", `namespace: science, annotations: {services.k8s.aws/owner-account-id: "`+tt.annotation+`"}}`, 1)
			m := load(t, job+"status: {ackResourceMetadata: {ownerAccountID: \""+tt.status+"\"}}\n")
			m.world.namespaces["science"] = policies.Namespace{Name: "science", Annotations: map[string]string{"services.k8s.aws/owner-account-id": tt.namespace}}
			got := of("sagemaker-volume-key", m.findings(evaluator(t)))
			if trusted := len(got) == 0; trusted != tt.trusted {
				t.Errorf("trusted is %v:\n%s", trusted, report(got))
			}
		})
	}
}

// An object that is there has a status, and ACK relies on its region and
// account before the resource's annotation and the controller's account.
func TestTheStatusSaysWhereAnExistingObjectIs(t *testing.T) {
	for name, tt := range map[string]struct {
		status string
		want   policies.Reason
	}{
		"region":  {"region: us-east-1", policies.WrongRegion},
		"account": {`ownerAccountID: "` + stranger + `"`, policies.Untrusted},
	} {
		with := func(volumeKey string) policies.Object {
			job := strings.Replace(trainingJob, "instanceType: ml.m5.xlarge", "instanceType: ml.m5.xlarge, volumeKMSKeyID: "+volumeKey, 1)
			return load(t, job+"status: {ackResourceMetadata: {"+tt.status+"}}\n").object
		}
		bare := "44444444-4444-4444-4444-444444444444"
		if name == "region" {
			bare = key
		}
		e := evaluator(t)
		got := of("sagemaker-volume-key", evaluate(e, with(bare), with("''").Root, nil))
		if len(got) != 1 || got[0].Reason != tt.want {
			t.Errorf("%s, on an update:\n%s", name, report(got))
		}
		if got := of("sagemaker-volume-key", evaluate(e, with(bare), nil, nil)); len(got) > 0 {
			t.Errorf("%s, on its creation:\n%s", name, report(got))
		}
	}
}
