package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
)

// stage is how far an object has come on its way through ACK.
type stage struct {
	adopt, adopted, readOnly, managed bool
	generation                        int
	spec                              string
}

func (s stage) of(kind, group string) string {
	var annotations, metadata []string
	add := func(on bool, text string) {
		if on {
			annotations = append(annotations, text)
		}
	}
	add(s.adopt, "services.k8s.aws/adoption-policy: adopt")
	add(s.adopted, `services.k8s.aws/adopted: "true"`)
	add(s.readOnly, `services.k8s.aws/read-only: "true"`)
	metadata = append(metadata, "name: a", fmt.Sprintf("generation: %d", max(s.generation, 1)), "annotations: {"+strings.Join(annotations, ", ")+"}")
	if s.managed {
		metadata = append(metadata, "finalizers: [finalizers."+group+".services.k8s.aws/"+kind+"]")
	}
	manifest := "apiVersion: " + group + ".services.k8s.aws/v1alpha1\nkind: " + kind + "\nmetadata: {" + strings.Join(metadata, ", ") + "}\n"
	if s.spec != "" {
		manifest += "spec: " + s.spec + "\n"
	}
	return manifest
}

const (
	keylessJob    = "{trainingJobName: a, outputDataConfig: {s3OutputPath: 's3://b/o'}, resourceConfig: {instanceType: ml.m5.xlarge}, vpcConfig: {subnets: [s], securityGroupIDs: [g]}}"
	keyedJob      = "{trainingJobName: a, outputDataConfig: {s3OutputPath: 's3://b/o', kmsKeyID: '" + key + "'}, resourceConfig: {instanceType: ml.m5.xlarge, volumeKMSKeyID: '" + key + "'}, vpcConfig: {subnets: [s], securityGroupIDs: [g]}}"
	keylessBucket = "{name: b, encryption: {rules: [{bucketKeyEnabled: false, applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}]}}"
	keyedBucket   = "{name: b, encryption: {rules: [{bucketKeyEnabled: true, applyServerSideEncryptionByDefault: {sseAlgorithm: 'aws:kms', kmsMasterKeyID: '" + key + "'}}]}}"
)

// verdicts are mode and reason of each finding.
func verdicts(findings []policies.Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, fmt.Sprintf("%s %s", f.Mode, f.Reason))
	}
	return strings.Join(out, ", ")
}

// Adoption counts only while ACK does not manage the object: a finalizer that
// comes with the annotation makes ACK create by the spec.
func TestCreationsAreJudgedByWhatACKMakesOfThem(t *testing.T) {
	const restored, observed = "Warn unverifiable", "Warn unverifiable"
	for name, tt := range map[string]struct {
		job, bucket     stage
		want, wantOfOne string
	}{
		"adopting without a spec": {stage{adopt: true}, stage{adopt: true}, observed, observed},
		// Of what ACK cannot change later, nothing that is written here reaches AWS.
		"adopting with a keyless spec":   {stage{adopt: true, spec: keylessJob}, stage{adopt: true, spec: keylessBucket}, observed, observed + ", Enforce aws-managed"},
		"adopting with keys":             {stage{adopt: true, spec: keyedJob}, stage{adopt: true, spec: keyedBucket}, observed, observed},
		"adopting and managed, keyless":  {stage{adopt: true, managed: true, spec: keylessJob}, stage{adopt: true, managed: true, spec: keylessBucket}, restored + ", Enforce missing, Enforce missing", restored + ", Enforce aws-managed"},
		"managed without a spec":         {stage{managed: true}, stage{managed: true}, restored, restored},
		"managed, keyless":               {stage{managed: true, spec: keylessJob}, stage{managed: true, spec: keylessBucket}, restored + ", Enforce missing, Enforce missing", restored + ", Enforce aws-managed"},
		"managed, with keys":             {stage{managed: true, spec: keyedJob}, stage{managed: true, spec: keyedBucket}, restored, restored},
		"adopted but not managed":        {stage{adopt: true, adopted: true, spec: keylessJob}, stage{adopt: true, adopted: true, spec: keylessBucket}, "Enforce missing, Enforce missing", "Enforce aws-managed"},
		"read-only":                      {stage{readOnly: true, spec: keylessJob}, stage{readOnly: true, spec: keylessBucket}, observed, observed},
		"adopted, managed and restored":  {stage{adopt: true, adopted: true, managed: true, spec: keyedJob}, stage{adopt: true, adopted: true, managed: true, spec: keyedBucket}, restored, restored},
		"restored with the keys missing": {stage{adopt: true, adopted: true, managed: true, spec: keylessJob}, stage{adopt: true, adopted: true, managed: true, spec: keylessBucket}, restored + ", Enforce missing, Enforce missing", restored + ", Enforce aws-managed"},
	} {
		for want, manifest := range map[string]string{"job " + tt.want: tt.job.of("TrainingJob", "sagemaker"), "bucket " + tt.wantOfOne: tt.bucket.of("Bucket", "s3")} {
			m := load(t, manifest)
			findings := m.findings(evaluator(t, keysOnly))
			_, want, _ := strings.Cut(want, " ")
			if diff := cmp.Diff(want, verdicts(findings)); diff != "" {
				t.Errorf("%s (-want +got):\n%s\n%s", name, diff, report(findings))
			}
			if edits := policies.Injections(findings); len(edits) > 0 {
				t.Errorf("%s: a key is set in an object that ACK does not create from: %v", name, edits)
			}
		}
	}
}

// Each row is an update; what it means to ACK decides how much of it is evaluated.
func TestUpdatesAreJudgedByWhatTheyMakeACKDo(t *testing.T) {
	job, bucket := "TrainingJob sagemaker", "Bucket s3"
	renamed := strings.Replace(keylessJob, "trainingJobName: a", "trainingJobName: b", 1)
	for name, tt := range map[string]struct {
		kind     string
		old, now stage
		want     string
	}{
		"the spec comes later":                    {job, stage{}, stage{spec: keylessJob}, "Enforce missing, Enforce missing"},
		"a spec on an object that is managed":     {job, stage{managed: true}, stage{managed: true, spec: keylessJob}, "Warn unverifiable, Enforce missing, Enforce missing"},
		"a keyless object gets a new name":        {job, stage{managed: true, spec: keylessJob}, stage{managed: true, spec: renamed}, "Warn unverifiable, Enforce missing, Enforce missing"},
		"a keyless object is labeled":             {job, stage{managed: true, spec: keylessJob}, stage{managed: true, spec: keylessJob}, ""},
		"unmanaged and changed elsewhere":         {job, stage{spec: keylessJob}, stage{spec: strings.Replace(keylessJob, "b/o", "b/p", 1)}, "Enforce missing, Enforce missing"},
		"a finalizer of one's own while adopting": {job, stage{adopt: true, spec: keylessJob}, stage{adopt: true, managed: true, spec: keylessJob}, "Enforce missing, Enforce missing"},
		"adoption taken back":                     {job, stage{adopt: true, spec: keylessJob}, stage{spec: keylessJob}, "Enforce missing, Enforce missing"},
		"read-only taken back":                    {job, stage{readOnly: true, spec: keylessJob}, stage{spec: keylessJob}, "Enforce missing, Enforce missing"},
		"adopted taken back":                      {job, stage{adopt: true, adopted: true, managed: true, spec: keylessJob}, stage{adopt: true, managed: true, spec: keylessJob}, "Enforce missing, Enforce missing"},
		"the policy of a finished adoption is taken away": {
			job, stage{adopt: true, adopted: true, managed: true, spec: keylessJob}, stage{adopted: true, managed: true, spec: keylessJob}, "",
		},
		"ACK's first write of an adoption":               {job, stage{adopt: true}, stage{adopt: true, adopted: true, managed: true}, ""},
		"its second write":                               {job, stage{adopt: true, adopted: true, managed: true}, stage{adopt: true, adopted: true, managed: true, generation: 2, spec: keylessJob}, "Warn unverifiable, Warn missing, Warn missing"},
		"its second write over a spec":                   {job, stage{adopt: true, adopted: true, managed: true, spec: keyedJob}, stage{adopt: true, adopted: true, managed: true, generation: 2, spec: keylessJob}, "Warn unverifiable, Warn missing, Warn missing"},
		"a person's key in an adopted object":            {job, stage{adopt: true, adopted: true, managed: true, generation: 2, spec: keylessJob}, stage{adopt: true, adopted: true, managed: true, generation: 3, spec: keyedJob}, "Enforce immutable, Warn unverifiable"},
		"ACK's finalizer on a keyless job":               {job, stage{spec: keylessJob}, stage{managed: true, spec: keylessJob}, ""},
		"a finalizer on a keyless Bucket":                {bucket, stage{spec: keylessBucket}, stage{managed: true, spec: keylessBucket}, "Warn aws-managed"},
		"first write of an adoption with a spec":         {bucket, stage{adopt: true, spec: keylessBucket}, stage{adopt: true, adopted: true, managed: true, spec: keylessBucket}, "Enforce aws-managed"},
		"first write of an adoption with keys":           {bucket, stage{adopt: true, spec: keyedBucket}, stage{adopt: true, adopted: true, managed: true, spec: keyedBucket}, ""},
		"second write of a Bucket's adoption":            {bucket, stage{adopt: true, adopted: true, managed: true}, stage{adopt: true, adopted: true, managed: true, generation: 2, spec: keylessBucket}, "Warn unverifiable, Warn aws-managed"},
		"a person weakens a Bucket that looks like that": {bucket, stage{adopt: true, adopted: true, managed: true, spec: keyedBucket}, stage{adopt: true, adopted: true, managed: true, generation: 2, spec: keylessBucket}, "Warn unverifiable, Enforce aws-managed"},
		"a person weakens an adopted Bucket":             {bucket, stage{adopt: true, adopted: true, managed: true, generation: 2, spec: keyedBucket}, stage{adopt: true, adopted: true, managed: true, generation: 3, spec: keylessBucket}, "Enforce aws-managed"},
	} {
		kind, group, _ := strings.Cut(tt.kind, " ")
		old, now := load(t, tt.old.of(kind, group)), load(t, tt.now.of(kind, group))
		findings := evaluate(evaluator(t, keysOnly), now.object, old.object.Root, now.world)
		if diff := cmp.Diff(tt.want, verdicts(findings)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", name, diff, report(findings))
		}
		if edits := policies.Injections(findings); len(edits) > 0 {
			t.Errorf("%s: an update injects %v", name, edits)
		}
	}
}
