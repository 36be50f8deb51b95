package webhook

import (
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
)

func TestValidateWarnsOfAReplaceThatDropsACKsFinalizer(t *testing.T) {
	const (
		finalizer = `,"finalizers":["finalizers.sagemaker.services.k8s.aws/TrainingJob"]`
		status    = `,"status":{"ackResourceMetadata":{"arn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn"}}}`
	)
	known := func(meta string) []byte {
		return []byte(strings.TrimSuffix(string(job(meta, `"`+testKey+`"`, `"`+testKey+`"`)), "}") + status)
	}
	r := newReviewer(t, nil)
	resp := send(t, Handler(r.Validate, r.Log), reviewOf(t, admissionv1.Update, "alice", known(""), known(finalizer)))
	if !resp.Allowed || len(resp.Warnings) != 1 || !strings.Contains(resp.Warnings[0], `removes ACK's finalizer from TrainingJob "churn"`) {
		t.Errorf("allowed %v, warnings %q", resp.Allowed, resp.Warnings)
	}
	resp = send(t, Handler(r.Validate, r.Log), reviewOf(t, admissionv1.Update, "alice", known(finalizer), known(finalizer)))
	if len(resp.Warnings) > 0 {
		t.Errorf("warnings %q where nothing is dropped", resp.Warnings)
	}
}
