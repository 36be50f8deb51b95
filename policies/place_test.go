package policies_test

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const misplacedJob = `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: TrainingJob
metadata: {name: churn, namespace: science, annotations: {services.k8s.aws/region: nowhere}}
spec:
  outputDataConfig: {s3OutputPath: s3://b/o}
  resourceConfig: {instanceType: ml.m5.xlarge}
`

func TestTheStrictestPolicyTellsThatTheRegionIsNone(t *testing.T) {
	for name, tt := range map[string]struct {
		volume policies.Mode
		want   []policies.Mode
	}{
		"alike":               {policies.Enforce, []policies.Mode{policies.Enforce}},
		"the first is mild":   {policies.Warn, []policies.Mode{policies.Warn, policies.Enforce}},
		"the first is silent": {policies.Off, []policies.Mode{policies.Enforce}},
	} {
		e := evaluator(t, func(s *policies.Settings) {
			s.Policies["sagemaker-volume-key"] = policies.PolicySettings{Mode: tt.volume, Inject: true}
		})
		var got []policies.Mode
		for _, f := range load(t, misplacedJob).findings(e) {
			if f.Reason == policies.Malformed {
				got = append(got, f.Mode)
			}
			if f.Inject || f.Fix != nil {
				t.Errorf("%s: a key is proposed for a region that is none: %s", name, f.Message())
			}
		}
		if len(got) != len(tt.want) || got[0] != tt.want[0] || got[len(got)-1] != tt.want[len(got)-1] {
			t.Errorf("%s: told in %v, want %v", name, got, tt.want)
		}
	}
}

// What cannot be evaluated for want of a region must not hide what an update introduces.
func TestABadKeyIsNewWhereTheRegionIsNoneAlready(t *testing.T) {
	old := load(t, held(misplacedJob))
	changed := old.with(t, []policies.Edit{{Path: tree.MustPath("spec.outputDataConfig.kmsKeyID"), Value: "alias/aws/s3"}}, true)
	findings := evaluate(evaluator(t), changed.object, old.object.Root, changed.world)
	if len(findings) != 1 || findings[0].Reason != policies.AWSManaged {
		t.Errorf("want the bad key alone:\n%s", report(findings))
	}
}
