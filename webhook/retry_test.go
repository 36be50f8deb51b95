package webhook

import (
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
)

// The API server goes on without /mutate when it does not answer in time.
func TestWhatOnlyLacksTheMutationIsToBeSentAgain(t *testing.T) {
	key := `"` + testKey + `"`
	for name, c := range map[string]struct {
		operation   admissionv1.Operation
		object, old []byte
	}{
		"a new object without keys":           {admissionv1.Create, job("", "", ""), nil},
		"a new object without one of its two": {admissionv1.Create, job("", key, ""), nil},
		"an update that leaves a key out":     {admissionv1.Update, job("", "", key), job("", key, key)},
	} {
		t.Run(name, func(t *testing.T) {
			resp := validate(t, newReviewer(t, nil), c.operation, "alice", c.object, c.old)
			if resp.Allowed {
				t.Fatal("it is admitted without its key")
			}
			// client-go sends again what has a code of 5xx and this field.
			if resp.Result.Code != 503 || resp.Result.Details.RetryAfterSeconds != 1 {
				t.Errorf("code %d, %+v", resp.Result.Code, resp.Result.Details)
			}
			if !strings.HasPrefix(resp.Result.Message, `cmkgate could not add default keys to TrainingJob "churn" in time; `) {
				t.Error(resp.Result.Message)
			}
		})
	}
}

func TestWhatAMutationWouldNotPutRightIsDenied(t *testing.T) {
	resp := validate(t, newReviewer(t, nil), admissionv1.Create, "alice", job("", `"alias/aws/s3"`, ""), nil)
	if resp.Allowed || resp.Result.Code != 403 || strings.Count(resp.Result.Message, "\n- ") != 2 {
		t.Errorf("%+v", resp.Result)
	}
}
