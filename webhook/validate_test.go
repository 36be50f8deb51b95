package webhook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/policies"
)

func validate(t *testing.T, r *Reviewer, operation admissionv1.Operation, user string, object, old []byte) *admissionv1.AdmissionResponse {
	t.Helper()
	return send(t, Handler(r.Validate, r.Log), reviewOf(t, operation, user, object, old))
}

func TestDenialNamesFieldProblemAndRemedyForPeopleAndMachines(t *testing.T) {
	resp := validate(t, newReviewer(t, nil), admissionv1.Create, "alice", job("", `"alias/aws/s3"`, `"`+testKey+`"`), nil)
	if resp.Allowed {
		t.Fatal("want a denial")
	}
	want := `TrainingJob "churn" needs 1 change before cmkgate admits it:
- spec.outputDataConfig.kmsKeyID: "alias/aws/s3" is managed by AWS, not by your organization. Set it to ` + testKey + ` or remove the field. [sagemaker-output-key/aws-managed]
Fix the manifest: cmkgate fix FILE. More: cmkgate explain sagemaker-output-key`
	if diff := cmp.Diff(want, resp.Result.Message); diff != "" {
		t.Error(diff)
	}
	wantDetails := &metav1.StatusDetails{
		Group: "sagemaker.services.k8s.aws", Kind: "TrainingJob", Name: "churn",
		Causes: []metav1.StatusCause{{
			Type: "sagemaker-output-key/aws-managed", Field: "spec.outputDataConfig.kmsKeyID",
			Message: `"alias/aws/s3" is managed by AWS, not by your organization. Set it to ` + testKey + ` or remove the field.`,
		}},
	}
	if diff := cmp.Diff(wantDetails, resp.Result.Details); diff != "" {
		t.Error(diff)
	}
	if resp.Result.Code != 403 || resp.Result.Reason != metav1.StatusReasonForbidden || len(resp.Warnings) > 0 {
		t.Errorf("code %d, reason %s, warnings %q; want 403 Forbidden without warnings", resp.Result.Code, resp.Result.Reason, resp.Warnings)
	}
	if resp.AuditAnnotations["findings"] == "" {
		t.Error("the audit log does not learn of the finding")
	}
}

func TestWarnModeAdmitsWithOneWarningAFinding(t *testing.T) {
	warn := func(s *policies.Settings) {
		for id := range s.Policies {
			s.Policies[id] = policies.PolicySettings{Mode: policies.Off}
		}
		for _, id := range []policies.ID{"sagemaker-volume-key", "sagemaker-output-key"} {
			s.Policies[id] = policies.PolicySettings{Mode: policies.Warn}
		}
	}
	resp := validate(t, newReviewer(t, warn), admissionv1.Create, "alice", job("", "", ""), nil)
	if !resp.Allowed || len(resp.Warnings) != 2 || !strings.HasPrefix(resp.Warnings[0], "spec.resourceConfig.volumeKMSKeyID: ") {
		t.Errorf("allowed %v, warnings %q", resp.Allowed, resp.Warnings)
	}
}

func TestAnUpdateIsNeverDeniedForWhatItDidNotChange(t *testing.T) {
	const managed = `,"finalizers":["finalizers.sagemaker.services.k8s.aws/TrainingJob"]`
	for name, object := range map[string][]byte{
		"a label on a legacy object":  job(managed+`,"labels":{"a":"b"}`, "", ""),
		"an annotation":               job(managed+`,"annotations":{"a":"b"}`, "", ""),
		"a finalizer that is removed": job(`,"finalizers":[]`, "", ""),
		"nothing at all":              job(managed, "", ""),
		"absent turned into empty":    job(managed, `""`, ""),
		"the deletion of the object":  job(`,"deletionTimestamp":"2026-11-23T00:00:00Z"`, `"alias/aws/s3"`, ""),
	} {
		t.Run(name, func(t *testing.T) {
			if resp := validate(t, newReviewer(t, nil), admissionv1.Update, "alice", object, job(managed, "", "")); !resp.Allowed {
				t.Error(resp.Result.Message)
			}
		})
	}
}

func TestAnUpdateIsDeniedForWhatItBringsAbout(t *testing.T) {
	key := `"` + testKey + `"`
	for name, c := range map[string]struct{ object, old []byte }{
		"a key of AWS in place of ours":       {job("", `"alias/aws/s3"`, key), job("", key, key)},
		"a key of AWS where none was":         {job("", `"alias/aws/s3"`, ""), job("", "", "")},
		"another key of AWS":                  {job("", `"alias/aws/sagemaker"`, key), job("", `"alias/aws/s3"`, key)},
		"our key dropped":                     {job("", "", key), job("", key, key)},
		"an instance type with local storage": {[]byte(strings.Replace(string(job("", key, key)), "ml.m5.", "ml.m5d.", 1)), job("", key, key)},
	} {
		t.Run(name, func(t *testing.T) {
			if resp := validate(t, newReviewer(t, nil), admissionv1.Update, "alice", c.object, c.old); resp.Allowed {
				t.Error("want a denial")
			}
		})
	}
}

func TestAWriteOfAnACKControllerIsNeverDenied(t *testing.T) {
	for _, operation := range []admissionv1.Operation{admissionv1.Create, admissionv1.Update} {
		resp := validate(t, newReviewer(t, nil), operation, testController, job("", `"alias/aws/s3"`, ""), job("", `"`+testKey+`"`, ""))
		if !resp.Allowed || len(resp.Warnings) > 0 || resp.AuditAnnotations["findings"] == "" {
			t.Errorf("%s: allowed %v, warnings %q, audit %q; want it admitted, told in the audit log only",
				operation, resp.Allowed, resp.Warnings, resp.AuditAnnotations)
		}
	}
}

func TestAServiceAccountOfTheSameNameElsewhereIsNoController(t *testing.T) {
	resp := validate(t, newReviewer(t, nil), admissionv1.Create, "system:serviceaccount:team-risk:ack-sagemaker-controller", job("", "", ""), nil)
	if resp.Allowed {
		t.Error("want a denial: anybody can make a service account of that name in their own namespace")
	}
}

func TestADenialOfAHugeObjectStaysReadable(t *testing.T) {
	definition := `{"outputDataConfig":{"s3OutputPath":"s3://b/o","kmsKeyID":"alias/aws/s3"}},`
	object := `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"HyperParameterTuningJob","metadata":{"name":"x"},
"spec":{"trainingJobDefinitions":[` + strings.TrimSuffix(strings.Repeat(definition, 5000), ",") + `]}}`
	resp := validate(t, newReviewer(t, nil), admissionv1.Create, "alice", []byte(object), nil)
	if resp.Allowed || len(resp.Result.Message) > 10000 || len(resp.Result.Details.Causes) > maxLines {
		t.Errorf("allowed %v, a message of %d bytes, %d causes", resp.Allowed, len(resp.Result.Message), len(resp.Result.Details.Causes))
	}
	if !strings.Contains(resp.Result.Message, "2481 more") {
		t.Errorf("the message does not tell how many findings are left out:\n%s", resp.Result.Message)
	}
}
