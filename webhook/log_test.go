package webhook

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/cmkgate/cmkgate/policies"
)

// logged is a reviewer and where its log goes.
func logged(t *testing.T) (*Reviewer, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	r := newReviewer(t, func(s *policies.Settings) {
		s.Policies["plaintext-secret"] = policies.PolicySettings{Mode: policies.Enforce}
	})
	r.Log = zap.New(zap.WriteTo(&log))
	return r, &log
}

func TestADecisionIsOneLineThatSaysWhoDidWhatAndWhatBecameOfIt(t *testing.T) {
	object := job("", `"alias/aws/s3"`, "")
	for webhook, want := range map[string]map[string]any{
		"mutate": {
			"decision": "injected", "injected": []any{"spec.resourceConfig.volumeKMSKeyID"},
		},
		"validate": {
			"decision": "denied", "findings": []any{
				"sagemaker-volume-key/missing spec.resourceConfig.volumeKMSKeyID (Enforce)",
				"sagemaker-output-key/aws-managed spec.outputDataConfig.kmsKeyID (Enforce)",
				"transit-vpc/public-network spec.vpcConfig (Warn)",
			},
		},
	} {
		r, log := logged(t)
		handle := map[string]func(*testing.T, *Reviewer, admissionv1.Operation, string, []byte, []byte) *admissionv1.AdmissionResponse{
			"mutate": mutate, "validate": validate,
		}[webhook]
		handle(t, r, admissionv1.Create, "alice", object, nil)
		var got map[string]any
		if err := json.Unmarshal(log.Bytes(), &got); err != nil { // more than one line is not JSON
			t.Fatalf("%v\n%s", err, log)
		}
		maps.Copy(want, map[string]any{
			"level": "info", "msg": "decision", "webhook": webhook, "operation": "CREATE", "dryRun": false,
			"group": "sagemaker.services.k8s.aws", "kind": "TrainingJob", "namespace": "team-risk", "name": "churn",
			"user": "alice", "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
		})
		if took, ok := got["durationSeconds"].(float64); !ok || took <= 0 {
			t.Errorf("durationSeconds is %v", got["durationSeconds"])
		}
		delete(got, "durationSeconds")
		delete(got, "ts")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// A password may stand where nobody looks for one.
func TestNoLogLineHoldsAValueThatAPersonWrote(t *testing.T) {
	const value = "xK7-mQ2-vL9-wR4"
	quoted := `"` + value + `"`
	everywhere := bytes.Replace(job(`,"labels":{"a":`+quoted+`},"annotations":{"b":`+quoted+`}`, quoted, quoted),
		[]byte(`"spec":{`), []byte(`"spec":{"hyperParameters":{"password":`+quoted+`},"environment":{"DB_PASSWORD":`+quoted+`},`), 1)
	for name, send := range map[string]func(t *testing.T, r *Reviewer){
		"create": func(t *testing.T, r *Reviewer) {
			t.Helper()
			mutate(t, r, admissionv1.Create, "alice", everywhere, nil)
			validate(t, r, admissionv1.Create, "alice", everywhere, nil)
		},
		"update that leaves a key out": func(t *testing.T, r *Reviewer) {
			t.Helper()
			mutate(t, r, admissionv1.Update, "alice", job("", "", ""), everywhere)
			validate(t, r, admissionv1.Update, "alice", job("", "", ""), everywhere)
		},
		"update by ACK": func(t *testing.T, r *Reviewer) {
			t.Helper()
			validate(t, r, admissionv1.Update, testController, everywhere, job("", "", ""))
		},
		"broken reviews": func(t *testing.T, r *Reviewer) {
			t.Helper()
			review := string(reviewOf(t, admissionv1.Create, "alice", everywhere, nil))
			for _, body := range []string{
				review[:strings.LastIndex(review, value)+len(value)],
				replaceObject(review, quoted),
				strings.Replace(review, `"kind":"TrainingJob","metadata"`, `"kind":7,"metadata"`, 1),
				strings.Replace(review, `"DB_PASSWORD":`, `"DB_PASSWORD":x`, 1),
				strings.Replace(review, `"labels":{"a":`, `"labels":{"a":1,"a":`, 1),
			} {
				sendAny(t, Handler(r.Validate, r.Log), body)
				sendAny(t, Handler(r.Mutate, r.Log), body)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, log := logged(t)
			send(t, r)
			if log.Len() == 0 {
				t.Error("nothing was logged")
			}
			if strings.Contains(log.String(), "mQ2") {
				t.Errorf("the log tells a value:\n%s", log)
			}
		})
	}
}

func TestALogLineStaysShortWhateverAReviewHolds(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	r, log := logged(t)
	object := bytes.Replace(job("", `"alias/aws/s3"`, ""), []byte(`"churn"`), []byte(`"`+long+`"`), 1)
	review := string(reviewOf(t, admissionv1.Create, long, object, nil))
	for _, body := range []string{
		review,
		strings.Replace(review, "705ab4f5-6393-11e8-b7cc-42010a800002", long, 1),
		strings.Replace(review, `"CREATE"`, `"`+long+`"`, 1),
		strings.Replace(review, `"kind":"TrainingJob","metadata"`, `"kind":"`+long+`","metadata"`, 1),
	} {
		log.Reset()
		sendAny(t, Handler(r.Validate, r.Log), body)
		if log.Len() == 0 || log.Len() > 8*maxText {
			t.Errorf("a log line of %d bytes", log.Len())
		}
	}
}
