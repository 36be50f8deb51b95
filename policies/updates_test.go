package policies_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func tuning(definitions ...string) string {
	return `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: HyperParameterTuningJob
metadata: {finalizers: [finalizers.sagemaker.services.k8s.aws/HyperParameterTuningJob], name: tune, namespace: science}
spec:
  trainingJobDefinitions: [` + strings.Join(definitions, ", ") + "]\n"
}

const (
	keyed    = "{definitionName: keyed, resourceConfig: {instanceType: ml.m5.xlarge, volumeKMSKeyID: " + `"` + key + `"}}`
	keyless  = "{definitionName: keyless, resourceConfig: {instanceType: ml.m5.xlarge}}"
	byAWS    = "{definitionName: aws, resourceConfig: {instanceType: ml.m5.xlarge, volumeKMSKeyID: alias/aws/ebs}}"
	strange  = "{definitionName: strange, resourceConfig: {instanceType: ml.m5.xlarge, volumeKMSKeyID: nonsense}}"
	localKey = "{definitionName: local, resourceConfig: {instanceType: ml.g5.xlarge, volumeKMSKeyID: " + `"` + key + `"}}`
)

// An update is only evaluated by what it introduces, so that an object
// from before cmkgate can still be changed elsewhere.
func TestAnUpdateIsJudgedByWhatItBringsAbout(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after string
		want          []string
	}{
		"nothing changed":              {tuning(keyless, byAWS), tuning(keyless, byAWS), nil},
		"a key that comes too late":    {tuning(keyless), tuning(keyed), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID immutable"}},
		"list elements moved":          {tuning(keyless, byAWS), tuning(byAWS, keyless), nil},
		"list elements removed":        {tuning(keyless, keyless, byAWS), tuning(byAWS), nil},
		"key dropped":                  {tuning(keyed), tuning(keyless), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID missing"}},
		"key of AWS":                   {tuning(keyed), tuning(byAWS), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID aws-managed"}},
		"from one wrong to another":    {tuning(byAWS), tuning(strange), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID malformed"}},
		"from missing to wrong":        {tuning(keyless), tuning(byAWS), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID aws-managed"}},
		"one more of the same":         {tuning(keyless), tuning(keyless, keyless), []string{"spec.trainingJobDefinitions[1].resourceConfig.volumeKMSKeyID missing"}},
		"another one wrong":            {tuning(keyless, keyed), tuning(keyless, byAWS), []string{"spec.trainingJobDefinitions[1].resourceConfig.volumeKMSKeyID aws-managed"}},
		"instance type without volume": {tuning(keyed), tuning(localKey), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID local-storage"}},
		"spec given to an object without": {
			"apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: HyperParameterTuningJob\nmetadata: {name: tune}\n",
			tuning(keyless), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID missing"},
		},
		"spec taken away": {tuning(keyless), "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: HyperParameterTuningJob\nmetadata: {name: tune}\n", nil},
		"region changed": {
			tuning(keyed),
			strings.Replace(tuning(keyed), "namespace: science}", "namespace: science, annotations: {services.k8s.aws/region: us-east-1}}", 1),
			[]string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID wrong-region"},
		},
		"being deleted": {
			tuning(keyed),
			strings.Replace(tuning(keyless), "namespace: science}", `namespace: science, deletionTimestamp: "2026-01-01T00:00:00Z"}`, 1), nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := load(t, tt.before), load(t, tt.after)
			got := evaluate(evaluator(t, keysOnly), after.object, before.object.Root, after.world)
			if diff := cmp.Diff(tt.want, places(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if edits := policies.Injections(got); len(edits) > 0 {
				t.Errorf("an update injects %v; the key would never reach AWS", edits)
			}
			for _, f := range got {
				if strings.Contains(f.Remedy, "or remove") {
					t.Errorf("what is removed in an update does not come back: %s", f.Remedy)
				}
			}
		})
	}
}

// Late initialisation writes "" into a key that was not there.
func TestLateInitialisationBringsNothingAbout(t *testing.T) {
	before := load(t, held(trainingJob))
	after := load(t, strings.Replace(held(trainingJob), "s3OutputPath: s3://artifacts/churn", `s3OutputPath: s3://artifacts/churn, compressionType: GZIP, kmsKeyID: ""`, 1))
	if got := evaluate(evaluator(t), after.object, before.object.Root, after.world); len(got) > 0 {
		t.Errorf("%s", report(got))
	}
}

// ACK never creates what is to be adopted, so its spec is not evaluated;
// without the annotation it does.
func TestAnAdoptionThatBecomesACreationIsJudged(t *testing.T) {
	const adopting = "metadata: {name: churn, namespace: science, annotations: {services.k8s.aws/adoption-policy: adopt}}"
	created := load(t, trainingJob)
	for _, status := range []string{"", "status: {ackResourceMetadata: {arn: feigned}}\n"} {
		adopted := load(t, strings.Replace(trainingJob, "metadata: {name: churn, namespace: science}", adopting, 1)+status)
		if adopted.object.Root.Get("metadata").Get("annotations").Len() == 0 {
			t.Fatal("the test's object is not about to be adopted")
		}
		got := evaluate(evaluator(t), created.object, adopted.object.Root, created.world)
		want := []string{"spec.resourceConfig.volumeKMSKeyID missing", "spec.outputDataConfig.kmsKeyID missing"}
		if diff := cmp.Diff(want, places(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if edits := policies.Injections(got); len(edits) > 0 {
			t.Errorf("an update injects %v", edits)
		}
	}
}

// The key lies in the EndpointConfig: only the name in the Endpoint can change what is evaluated.
func TestAnEndpointIsJudgedWhenItNamesAnotherConfig(t *testing.T) {
	endpoint := func(config, extra string) string {
		return "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: Endpoint\nmetadata: {name: e, namespace: science}\nspec: {endpointName: e, endpointConfigName: " + config + extra + "}\n"
	}
	world := load(t, endpoint("bad", "")+`---
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: EndpointConfig
metadata: {name: x, namespace: science}
spec: {endpointConfigName: bad, productionVariants: [{instanceType: ml.m5.xlarge}]}
---
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: EndpointConfig
metadata: {name: y, namespace: science}
spec: {endpointConfigName: worse, productionVariants: [{instanceType: ml.m5.xlarge}], kmsKeyID: alias/aws/ebs}
`).world
	e := evaluator(t)
	for _, tt := range []struct {
		before, after string
		want          []string
	}{
		{endpoint("bad", ""), endpoint("bad", ", tags: []"), nil},
		{endpoint("bad", ""), endpoint("worse", ""), []string{"sagemaker-endpoint-key/aws-managed"}},
		{endpoint("worse", ""), endpoint("bad", ""), []string{"sagemaker-endpoint-key/missing"}},
		{endpoint("bad", ""), endpoint("unseen", ""), []string{"sagemaker-endpoint-key/unverifiable"}},
		{endpoint("unseen", ""), endpoint("unseen", ", tags: []"), nil},
	} {
		got := labels(evaluate(e, load(t, held(tt.after)).object, load(t, held(tt.before)).object.Root, world))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("from %s to %s (-want +got):\n%s", tt.before, tt.after, diff)
		}
	}
}

func TestABucketsEncryptionCanBeWeakenedByNobody(t *testing.T) {
	bucket := func(encryption string) string {
		return "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b}\nspec: {name: b" + encryption + "}\n"
	}
	good := ", encryption: {rules: [{bucketKeyEnabled: true, applyServerSideEncryptionByDefault: {sseAlgorithm: 'aws:kms', kmsMasterKeyID: '" + key + "'}}]}"
	aes := ", encryption: {rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}]}"
	e := evaluator(t)
	for _, tt := range []struct {
		name, before, after string
		want                []string
	}{
		{"encryption dropped", good, "", []string{"spec.encryption missing"}},
		{"AES256", good, aes, []string{"spec.encryption.rules[0].applyServerSideEncryptionByDefault.sseAlgorithm aws-managed"}},
		{"AES256 from nothing, which is what S3 does anyway", "", aes, nil},
		{"AES256 with a key, from nothing", "", strings.Replace(aes, "AES256", "AES256, kmsMasterKeyID: '"+key+"'", 1), []string{"spec.encryption.rules[0].applyServerSideEncryptionByDefault.sseAlgorithm aws-managed"}},
		{"AES256 as before", aes, aes + ", acl: private", nil},
		{"nothing as before", "", ", acl: private", nil},
		{"fixed", aes, good, nil},
	} {
		got := evaluate(e, load(t, held(bucket(tt.after))).object, load(t, held(bucket(tt.before))).object.Root, policies.Nowhere{})
		if diff := cmp.Diff(tt.want, places(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestEvaluateDoesNotChangeItsInput(t *testing.T) {
	for _, f := range fixturesOf(t, "*", "*", "*") {
		before := marshal(t, f.value)
		copied := tree.FromValue(f.value)
		e := evaluator(t, f.settings...)
		first, second := report(f.findings(e)), report(f.findings(e))
		if first != second {
			t.Errorf("%s: the second time\n%sthe first time\n%s", f.Fixture, second, first)
		}
		if !tree.Equal(copied, f.object.Root) || marshal(t, f.value) != before {
			t.Errorf("%s has changed", f.Fixture)
		}
	}
}
