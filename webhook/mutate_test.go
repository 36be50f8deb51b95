package webhook

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const trainingJob = `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"TrainingJob",
"metadata":{"name":"churn","namespace":"team-risk"META},
"spec":{"trainingJobName":"churn","outputDataConfig":{"s3OutputPath":"s3://b/o"OUTPUT},
"resourceConfig":{"instanceType":"ml.m5.xlarge","instanceCount":1VOLUME}}}`

// job writes a TrainingJob with more fields in its metadata and keys where given.
func job(meta, outputKey, volumeKey string) []byte {
	field := func(name, value string) string {
		if value == "" {
			return ""
		}
		return `,"` + name + `":` + value
	}
	return []byte(strings.NewReplacer(
		"META", meta, "OUTPUT", field("kmsKeyID", outputKey), "VOLUME", field("volumeKMSKeyID", volumeKey),
	).Replace(trainingJob))
}

func mutate(t *testing.T, r *Reviewer, operation admissionv1.Operation, user string, object, old []byte) *admissionv1.AdmissionResponse {
	t.Helper()
	return send(t, Handler(r.Mutate, r.Log), reviewOf(t, operation, user, object, old))
}

func patchOf(t *testing.T, resp *admissionv1.AdmissionResponse) string {
	t.Helper()
	if len(resp.Patch) == 0 {
		return ""
	}
	if resp.PatchType == nil || *resp.PatchType != admissionv1.PatchTypeJSONPatch {
		t.Fatalf("a patch without the type JSONPatch: %v", resp.PatchType)
	}
	return string(resp.Patch)
}

func TestMutateSetsBothKeysOfATrainingJobWithTwoOperations(t *testing.T) {
	resp := mutate(t, newReviewer(t, nil), admissionv1.Create, "alice", job("", "", ""), nil)
	want := `[{"op":"add","path":"/spec/resourceConfig/volumeKMSKeyID","value":"` + testKey + `"},` +
		`{"op":"add","path":"/spec/outputDataConfig/kmsKeyID","value":"` + testKey + `"}]`
	if diff := cmp.Diff(want, patchOf(t, resp)); diff != "" {
		t.Error(diff)
	}
	wantWarnings := []string{
		"cmkgate set spec.resourceConfig.volumeKMSKeyID: " + testKey,
		"cmkgate set spec.outputDataConfig.kmsKeyID: " + testKey,
	}
	if diff := cmp.Diff(wantWarnings, resp.Warnings); diff != "" {
		t.Error(diff)
	}
	if resp.AuditAnnotations["injected"] == "" {
		t.Error("the audit log does not learn of the injection")
	}
}

func TestMutateTakesAnEmptyKeyAsMissing(t *testing.T) {
	resp := mutate(t, newReviewer(t, nil), admissionv1.Create, "alice", job("", `""`, `"`+testKey+`"`), nil)
	want := `[{"op":"add","path":"/spec/outputDataConfig/kmsKeyID","value":"` + testKey + `"}]`
	if diff := cmp.Diff(want, patchOf(t, resp)); diff != "" {
		t.Error(diff)
	}
}

func TestMutateDoesNotClaimToHaveSetFieldsOfAnObjectThatIsDenied(t *testing.T) {
	resp := mutate(t, newReviewer(t, nil), admissionv1.Create, "alice", job("", `"alias/aws/s3"`, ""), nil)
	if patchOf(t, resp) == "" || len(resp.Warnings) > 0 {
		t.Errorf("patch %s, warnings %q; want a patch and no warning", resp.Patch, resp.Warnings)
	}
}

func TestMutateLeavesAlone(t *testing.T) {
	bare := job("", "", "")
	adopt := `,"annotations":{"services.k8s.aws/adoption-policy":"adopt"}`
	orCreate := `,"annotations":{"services.k8s.aws/adoption-policy":"adopt-or-create"}`
	off := func(s *policies.Settings) {
		for id := range s.Policies {
			s.Policies[id] = policies.PolicySettings{Mode: policies.Enforce}
		}
	}
	audit := func(s *policies.Settings) {
		for id := range s.Policies {
			s.Policies[id] = policies.PolicySettings{Mode: policies.Audit, Inject: true}
		}
	}
	for name, c := range map[string]struct {
		operation admissionv1.Operation
		user      string
		object    []byte
		settings  func(*policies.Settings)
	}{
		"an update, whose key AWS would never get":       {admissionv1.Update, "alice", bare, nil},
		"a write of an ACK controller":                   {admissionv1.Create, testController, bare, nil},
		"a delete":                                       {admissionv1.Delete, "alice", bare, nil},
		"an object without a spec":                       {admissionv1.Create, "alice", []byte(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"TrainingJob","metadata":{"name":"x"}}`), nil},
		"an object with an empty spec":                   {admissionv1.Create, "alice", []byte(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"TrainingJob","metadata":{"name":"x"},"spec":{}}`), nil},
		"an adopted object":                              {admissionv1.Create, "alice", job(adopt, "", ""), nil},
		"adopt-or-create of an immutable kind":           {admissionv1.Create, "alice", job(orCreate, "", ""), nil},
		"a deleting object":                              {admissionv1.Update, "alice", job(`,"deletionTimestamp":"2026-11-23T00:00:00Z"`, "", ""), nil},
		"an object when injection is off":                {admissionv1.Create, "alice", bare, off},
		"an object in audit mode":                        {admissionv1.Create, "alice", bare, audit},
		"an object that has both keys":                   {admissionv1.Create, "alice", job("", `"`+testKey+`"`, `"`+testKey+`"`), nil},
		"a key that a person wrote, even when it is bad": {admissionv1.Create, "alice", job("", `"nonsense"`, `"alias/aws/ebs"`), nil},
		"a Pipeline, whose text is never changed":        {admissionv1.Create, "alice", []byte(keylessPipeline), nil},
		"a kind that no policy looks at":                 {admissionv1.Create, "alice", []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			resp := mutate(t, newReviewer(t, c.settings), c.operation, c.user, c.object, bare)
			if !resp.Allowed || len(resp.Patch) > 0 || len(resp.Warnings) > 0 {
				t.Errorf("allowed %v, patch %s, warnings %q; want it admitted untouched", resp.Allowed, resp.Patch, resp.Warnings)
			}
		})
	}
}

const keylessPipeline = `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"Pipeline","metadata":{"name":"p"},"spec":{"pipelineName":"p",` +
	`"pipelineDefinition":"{\"Steps\":[{\"Name\":\"Train\",\"Type\":\"Training\",\"Arguments\":{\"OutputDataConfig\":{}}}]}"}}`

// The remedy of a finding inside a text is for people and tools, never for the webhook.
func TestAnEditInsideATextIsNoPatchOperation(t *testing.T) {
	resp := validate(t, newReviewer(t, nil), admissionv1.Create, "alice", []byte(keylessPipeline), nil)
	if resp.Allowed || resp.Result.Details.Causes[0].Field != "spec.pipelineDefinition#/Steps/0/Arguments/OutputDataConfig/KmsKeyId" {
		t.Errorf("%+v", resp.Result)
	}
	path := tree.MustPath("spec.pipelineDefinition")
	edits := []policies.Edit{{Path: path, Within: tree.MustPath("Steps[0].Name"), Value: "x"}, {Path: path, Within: tree.Path{}, Value: "x"}}
	if got := Patch(tree.FromValue(map[string]any{"spec": map[string]any{"pipelineDefinition": "{}"}}), edits); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

func TestMutateIsIdempotent(t *testing.T) {
	bucket := `{"apiVersion":"s3.services.k8s.aws/v1alpha1","kind":"Bucket","metadata":{"name":"b"},"spec":{"name":"b"ENC}}`
	for _, enc := range []string{
		``, `,"encryption":null`, `,"encryption":{}`, `,"encryption":{"rules":[]}`, `,"encryption":{"rules":[{}]}`, `,"encryption":{"rules":[null]}`,
		`,"encryption":{"rules":[{"bucketKeyEnabled":false}]}`,
		`,"encryption":{"rules":[{"applyServerSideEncryptionByDefault":{"sseAlgorithm":"aws:kms"}}]}`,
		`,"encryption":{"rules":[{"applyServerSideEncryptionByDefault":{"sseAlgorithm":"aws:kms:dsse","kmsMasterKeyID":""}}]}`,
		`,"encryption":{"rules":[{"applyServerSideEncryptionByDefault":{"kmsMasterKeyID":"` + testKey + `"}}]}`,
	} {
		object := []byte(strings.Replace(bucket, "ENC", enc, 1))
		r := newReviewer(t, nil)
		first := mutate(t, r, admissionv1.Create, "alice", object, nil)
		patch, err := jsonpatch.DecodePatch([]byte(patchOf(t, first)))
		if err != nil {
			t.Fatalf("%s: %v", enc, err)
		}
		after, err := patch.Apply(object)
		if err != nil {
			t.Fatalf("%s: the patch %s does not apply: %v", enc, first.Patch, err)
		}
		if again := mutate(t, r, admissionv1.Create, "alice", after, nil); len(again.Patch) > 0 {
			t.Errorf("%s: a second pass patches again: %s", enc, again.Patch)
		}
		if resp := validate(t, r, admissionv1.Create, "alice", after, nil); !resp.Allowed {
			t.Errorf("%s: what was injected is denied: %s\n%s", enc, resp.Result.Message, after)
		}
		var b struct {
			Spec struct {
				Encryption struct {
					Rules []struct {
						BucketKeyEnabled *bool `json:"bucketKeyEnabled"`
					} `json:"rules"`
				} `json:"encryption"`
			} `json:"spec"`
		}
		if err := json.Unmarshal(after, &b); err != nil {
			t.Fatal(err)
		}
		if rules := b.Spec.Encryption.Rules; len(rules) != 1 || rules[0].BucketKeyEnabled == nil {
			t.Errorf("%s: want one rule with an explicit bucketKeyEnabled, or ACK writes it at every resync: %s", enc, after)
		}
	}
}

func TestMutatePutsBackAKeyThatAnUpdateLeavesOut(t *testing.T) {
	const finalizer = `,"finalizers":["finalizers.sagemaker.services.k8s.aws/TrainingJob"]`
	kept := `"arn:aws:kms:eu-west-1:111122223333:key/99999999-9999-9999-9999-999999999999"`
	// Without this condition, ACK is yet to write what AWS has.
	old := append(bytes.TrimSuffix(job(finalizer, kept, kept), []byte("}")), `,"status":{"conditions":[{"type":"ACK.LateInitialized","status":"True"}]}}`...)
	resp := mutate(t, newReviewer(t, nil), admissionv1.Update, "alice", job(finalizer, "", kept), old)
	want := `[{"op":"add","path":"/spec/outputDataConfig/kmsKeyID","value":` + kept + `}]`
	if diff := cmp.Diff(want, patchOf(t, resp)); diff != "" {
		t.Error(diff)
	}
	wantWarnings := []string{"cmkgate restored what the update omits: spec.outputDataConfig.kmsKeyID: " + strings.Trim(kept, `"`)}
	if diff := cmp.Diff(wantWarnings, resp.Warnings); diff != "" {
		t.Error(diff)
	}
	if resp.AuditAnnotations["restored"] == "" {
		t.Error("the audit log is not told")
	}
	byACK := mutate(t, newReviewer(t, nil), admissionv1.Update, "system:serviceaccount:ack-system:ack-sagemaker-controller", job(finalizer, `""`, kept), old)
	if got := patchOf(t, byACK); got != "" {
		t.Errorf("what ACK itself clears was put back: %s", got)
	}
}
