package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const strangeKey = "arn:aws:kms:us-east-1:999988887777:key/99999999-9999-9999-9999-999999999999"

// transformJob is a TransformJob that ACK has created, with its output key and
// whatever else is said.
func transformJob(outputKey, more string) string {
	if outputKey != "" {
		outputKey = ", kmsKeyID: '" + outputKey + "'"
	}
	return `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: TransformJob
metadata: {name: t, namespace: science, finalizers: [finalizers.sagemaker.services.k8s.aws/TransformJob]}
spec:
  transformOutput: {s3OutputPath: s3://b/o` + outputKey + `}
  transformResources: {instanceType: ml.g5.xlarge}
` + more
}

func bucketWith(encryption string) string {
	return "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b, finalizers: [finalizers.s3.services.k8s.aws/Bucket]}\nspec: {name: b" + encryption + "}\n"
}

func TestAKeyThatAnUpdateLeavesOutIsPutBack(t *testing.T) {
	const (
		terminal  = "status: {ackResourceMetadata: {arn: 'arn:aws:sagemaker:eu-west-1:111122223333:transform-job/t'}, conditions: [{type: ACK.Terminal, status: \"True\"}]}\n"
		rule      = "bucketKeyEnabled: false, applyServerSideEncryptionByDefault: {sseAlgorithm: 'aws:kms:dsse', kmsMasterKeyID: '" + otherKey + "'}"
		outputKey = "spec.transformOutput.kmsKeyID"
		inList    = "spec.trainingJobDefinitions[0]."
		noKeys    = "{definitionName: two, outputDataConfig: {s3OutputPath: 's3://b/o'}, resourceConfig: {instanceType: ml.m5.xlarge}}"
		twoKeys   = "{definitionName: two, outputDataConfig: {s3OutputPath: 's3://b/o', kmsKeyID: '" + otherKey + "'}, resourceConfig: {instanceType: ml.m5.xlarge, volumeKMSKeyID: '" + key + "'}}"
		byDefault = "spec.encryption.rules[0].applyServerSideEncryptionByDefault"
	)
	encrypted := bucketWith(", encryption: {rules: [{" + rule + "}]}")
	for name, tt := range map[string]struct {
		before, after string
		want          []string
	}{
		"left out":                       {transformJob(otherKey, ""), transformJob("", ""), []string{outputKey + "=" + otherKey}},
		"made empty":                     {transformJob(otherKey, ""), strings.Replace(transformJob("x", ""), "'x'", "''", 1), []string{outputKey + "=" + otherKey}},
		"a key that exists, however bad": {transformJob(strangeKey, ""), transformJob("", ""), []string{outputKey + "=" + strangeKey}},
		"not in AWS yet, and bad":        {unborn(transformJob(strangeKey, "")), unborn(transformJob("", "")), nil},
		"not in AWS yet, and good":       {unborn(transformJob(otherKey, "")), unborn(transformJob("", "")), []string{outputKey + "=" + otherKey}},
		"a reference in its place":       {transformJob(otherKey, ""), referring("{from: {name: artifacts}}"), nil},
		"a reference to nothing":         {transformJob(otherKey, ""), referring("{}"), nil},
		"changed":                        {transformJob(otherKey, ""), transformJob(key, ""), nil},
		"kept":                           {transformJob(otherKey, ""), transformJob(otherKey, ""), nil},
		"never there":                    {transformJob("", ""), transformJob("", ""), nil},
		"ACK has given up":               {transformJob(otherKey, terminal), transformJob("", terminal), nil},
		"ACK has given up, and something else changed": {
			transformJob(otherKey, terminal), strings.Replace(transformJob("", terminal), "s3://b/o", "s3://b/p", 1), []string{outputKey + "=" + otherKey},
		},
		"ACK has given up before the resource existed": {
			unborn(transformJob(otherKey, terminal)), unborn(transformJob("", terminal)), []string{outputKey + "=" + otherKey},
		},
		"being deleted":                  {transformJob(otherKey, ""), strings.Replace(transformJob("", ""), "finalizers:", "deletionTimestamp: '2026-01-01T00:00:00Z', finalizers:", 1), nil},
		"the spec is gone":               {transformJob(otherKey, ""), strings.Split(transformJob("", ""), "spec:")[0], nil},
		"list element as it was":         {tuning(keyed, keyless), tuning(strings.Replace(keyed, ", volumeKMSKeyID: \""+key+"\"", "", 1), keyless), []string{"spec.trainingJobDefinitions[0].resourceConfig.volumeKMSKeyID=" + key}},
		"both keys of a list element":    {tuning(twoKeys), tuning(noKeys), []string{inList + "resourceConfig.volumeKMSKeyID=" + key, inList + "outputDataConfig.kmsKeyID=" + otherKey}},
		"both, and something changed":    {tuning(twoKeys), tuning(strings.Replace(noKeys, "s3://b/o", "s3://b/p", 1)), nil},
		"both, and something added":      {tuning(twoKeys), tuning(strings.Replace(noKeys, "definitionName: two", "definitionName: two, staticHyperParameters: {}", 1)), nil},
		"both, and something taken away": {tuning(twoKeys), tuning(strings.Replace(noKeys, "definitionName: two, ", "", 1)), nil},
		"one left out, one changed":      {tuning(twoKeys), tuning(strings.Replace(noKeys, "'s3://b/o'", "'s3://b/o', kmsKeyID: '"+key+"'", 1)), nil},
		"list element of another sort":   {tuning(keyed), tuning(keyless), nil},
		"list elements moved":            {tuning(keyed, keyless), tuning(keyless, keyed), nil},
		"encryption left out": {encrypted, bucketWith(""), []string{
			"spec.encryption.rules[0].bucketKeyEnabled=false", byDefault + ".sseAlgorithm=aws:kms:dsse", byDefault + ".kmsMasterKeyID=" + otherKey,
		}},
		"only the Bucket's key left out": {encrypted, strings.Replace(encrypted, ", kmsMasterKeyID: '"+otherKey+"'", "", 1), []string{byDefault + ".kmsMasterKeyID=" + otherKey}},
		"encryption without a word on bucket keys": {
			strings.Replace(encrypted, "bucketKeyEnabled: false, ", "", 1), bucketWith(""),
			[]string{byDefault + ".sseAlgorithm=aws:kms:dsse", byDefault + ".kmsMasterKeyID=" + otherKey},
		},
		"an algorithm that is meant":  {encrypted, bucketWith(", encryption: {rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}]}"), nil},
		"a Bucket without encryption": {bucketWith(""), bucketWith(", acl: private"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := load(t, tt.before), load(t, tt.after)
			e := evaluator(t)
			var got []string
			edits := restorations(e, after.object, before.object.Root, after.world)
			for _, edit := range edits {
				got = append(got, fmt.Sprintf("%s=%v", edit.Path, edit.Value))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(edits) == 0 {
				return
			}
			value, err := apply(after.value, edits, false)
			if err != nil {
				t.Fatal(err)
			}
			restored := policies.NewObject(tree.FromValue(value))
			if findings := evaluate(e, restored, before.object.Root, after.world); len(findings) > 0 {
				t.Errorf("what was put back is evaluated:\n%s", report(findings))
			}
			if again := restorations(e, restored, before.object.Root, after.world); len(again) > 0 {
				t.Errorf("a second time: %v", again)
			}
		})
	}
}

// referring is a transformJob whose output key is a reference.
func referring(ref string) string {
	return strings.Replace(transformJob("x", ""), "kmsKeyID: 'x'", "kmsKeyRef: "+ref, 1)
}

// unborn is an object that ACK has not taken up yet.
func unborn(manifest string) string {
	return strings.Replace(manifest, ", finalizers: [finalizers.sagemaker.services.k8s.aws/TransformJob]", "", 1)
}

func TestNothingIsPutBackWhereNothingMayBeSet(t *testing.T) {
	before, after := load(t, transformJob(otherKey, "")), load(t, transformJob("", ""))
	for name, change := range map[string]change{
		"injection off": settingsOfFixtures()["no injection"],
		"audit": func(s *policies.Settings) {
			for id, p := range s.Policies {
				p.Mode = policies.Audit
				s.Policies[id] = p
			}
		},
	} {
		if edits := restorations(evaluator(t, change), after.object, before.object.Root, after.world); len(edits) > 0 {
			t.Errorf("%s: %v", name, edits)
		}
	}
}

// A person who has added a key to a resource that exists gets ACK.Terminal, and
// recovers only by taking it back. That the resource exists takes more proof
// than the condition, which a nonsensical annotation introduces.
func TestAKeyThatACKGaveUpOnCanBeTakenBack(t *testing.T) {
	const exists = "ackResourceMetadata: {arn: 'arn:aws:sagemaker:eu-west-1:111122223333:transform-job/t'}, "
	for status, want := range map[string]policies.Mode{
		"": policies.Enforce,
		"status: {" + exists + "conditions: [{type: ACK.Terminal, status: \"False\"}]}\n": policies.Enforce,
		"status: {conditions: [{type: ACK.Terminal, status: \"True\"}]}\n":                policies.Enforce,
		"status: {" + exists + "conditions: [{type: ACK.Terminal, status: \"True\"}]}\n":  policies.Warn,
	} {
		before, after := load(t, transformJob(otherKey, status)), load(t, transformJob("", status))
		got := evaluate(evaluator(t), after.object, before.object.Root, after.world)
		if len(got) != 1 || got[0].Mode != want {
			t.Errorf("%q: want one finding in mode %s:\n%s", status, want, report(got))
		}
		strict := evaluate(evaluator(t, settingsOfFixtures()["unverifiable Deny"]), after.object, before.object.Root, after.world)
		if !policies.Enforced(strict) {
			t.Errorf("%q: an organization that denies what cannot be verified admits it", status)
		}
	}
}

// ACK writes the key that AWS has into a TrainingJob that says nothing, under a
// user name that nobody knows. Later, the same write is a person's.
func TestLateInitializationOfAKeyIsNotDenied(t *testing.T) {
	job := func(key, status string) manifest {
		return load(t, "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\n"+
			"metadata: {name: t, finalizers: [finalizers.sagemaker.services.k8s.aws/TrainingJob]}\n"+
			"spec: {outputDataConfig: {s3OutputPath: s3://b/o"+key+"}, resourceConfig: {instanceType: ml.g5.xlarge}}\n"+status)
	}
	const done = "status: {conditions: [{type: ACK.LateInitialized, status: \"True\"}]}\n"
	for _, tt := range []struct{ before, after, status, want string }{
		{"", ", kmsKeyID: '" + otherKey + "'", "", "unverifiable"}, // a person can write it before ACK does
		{"", ", kmsKeyID: '" + otherKey + "'", done, "immutable"},
		{", kmsKeyID: '" + otherKey + "'", ", kmsKeyID: ''", "", "missing"}, // anyone can write a finalizer
		{", kmsKeyID: '" + otherKey + "'", ", kmsKeyID: ''", done, "missing"},
	} {
		before, after := job(tt.before, tt.status), job(tt.after, tt.status)
		var got string
		for _, f := range evaluate(evaluator(t, settingsOfFixtures()["unverifiable Deny"]), after.object, before.object.Root, after.world) {
			got += string(f.Reason)
			if f.Reason == policies.Unverifiable && f.Mode != policies.Warn {
				t.Errorf("a denial would leave the job in ACK.Terminal for good: %s", f.Message())
			}
		}
		if got != tt.want {
			t.Errorf("from %q to %q with status %q: %q, want %q", tt.before, tt.after, tt.status, got, tt.want)
		}
	}
}

func TestAListOfIgnoredDriftThatCoversAKeyIsWarnedOf(t *testing.T) {
	for list, want := range map[string][]string{
		"spec.tags":                                        nil,
		"spec.transformOutput.kmsKeyID":                    {"sagemaker-output-key"},
		" spec.tags , spec.transformOutput":                {"sagemaker-output-key"},
		"spec":                                             {"sagemaker-volume-key", "sagemaker-output-key"},
		"spec.transformOutput.kmsKeyIDs":                   nil,
		"spec.transformOutput.":                            nil,
		strings.Repeat("spec.x,", 1000) + "spec":           {"sagemaker-volume-key", "sagemaker-output-key"},
		"spec.transformResources, spec.transformOutput,,,": {"sagemaker-volume-key", "sagemaker-output-key"},
	} {
		manifest := strings.Replace(unborn(transformJob(otherKey, "")), "namespace: science", "namespace: science, annotations: {services.k8s.aws/ignore-field-drift: '"+list+"'}", 1)
		m := load(t, manifest)
		var got []string
		for _, f := range evaluate(evaluator(t), m.object, nil, m.world) {
			if f.Reason != policies.IgnoredDrift || f.Mode != policies.Warn || f.Fix != nil {
				t.Errorf("%s", f.Message())
			}
			got = append(got, f.Policy)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", list, diff)
		}
	}
}

func TestOnlyAReplaceThatDropsACKsFinalizerIsTold(t *testing.T) {
	const known = "status: {ackResourceMetadata: {arn: 'arn:aws:sagemaker:eu-west-1:111122223333:transform-job/t'}}\n"
	old := load(t, transformJob(otherKey, known)).object.Root
	kept, dropped := load(t, transformJob(otherKey, known)).object, load(t, unborn(transformJob(otherKey, known))).object
	if policies.LosesFinalizer(kept, old) || !policies.LosesFinalizer(dropped, old) {
		t.Error("told where it is kept, or not told where it is dropped")
	}
	if policies.LosesFinalizer(dropped, load(t, transformJob(otherKey, "")).object.Root) {
		t.Error("ACK takes its finalizer back itself where AWS has refused the creation")
	}
	if policies.LosesFinalizer(dropped, nil) {
		t.Error("a new object has nothing to lose")
	}
}
