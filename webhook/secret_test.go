package webhook

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/cmkgate/cmkgate/policies"
)

// Neither answer nor log tells a secret, whether it is denied or only warned of.
func TestASecretIsToldByItsPlaceAlone(t *testing.T) {
	const value = "xK7-mQ2-vL9-wR4"
	object := []byte(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"InferenceComponent","metadata":{"name":"churn","namespace":"science"},
		"spec":{"specification":{"container":{"environment":{"DB_PASSWORD":"` + value + `"}}}}}`)
	for _, mode := range []policies.Mode{policies.Enforce, policies.Warn, policies.Audit} {
		var log bytes.Buffer
		r := newReviewer(t, func(s *policies.Settings) { s.Policies["plaintext-secret"] = policies.PolicySettings{Mode: mode} })
		r.Log = zap.New(zap.WriteTo(&log))
		resp := validate(t, r, admissionv1.Create, "alice", object, nil)
		answer, err := json.Marshal(resp)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(answer), log.String()} {
			if !strings.Contains(text, "spec.specification.container.environment.DB_PASSWORD") || strings.Contains(text, value) || strings.Contains(text, "mQ2") {
				t.Errorf("%s: %s", mode, text)
			}
		}
		if resp.Allowed != (mode != policies.Enforce) || (len(resp.Warnings) == 1) != (mode == policies.Warn) {
			t.Errorf("%s: allowed %v, warnings %q", mode, resp.Allowed, resp.Warnings)
		}
	}
}
