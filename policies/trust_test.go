package policies_test

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/kms"
)

const unlisted = "arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-0000-4000-8000-00000000aa53"

// A denied key stays denied however it is written, though its account is trusted.
func TestDeniedKeys(t *testing.T) {
	const alias = "arn:aws:kms:eu-west-1:111122223333:alias/retired"
	e := evaluator(t, func(s *policies.Settings) { s.Denied = []kms.Reference{reference(unlisted), reference(alias)} })
	for name, outputKey := range map[string]string{
		"ARN": unlisted, "bare ID": "aaaaaaaa-0000-4000-8000-00000000aa53", "alias ARN": alias, "bare alias": "alias/retired",
	} {
		got := of("sagemaker-output-key", load(t, unborn(transformJob(outputKey, ""))).findings(e))
		if len(got) != 1 || got[0].Reason != policies.Untrusted || got[0].Mode != policies.Enforce {
			t.Errorf("%s:\n%s", name, report(got))
		}
	}
	if got := of("sagemaker-output-key", load(t, unborn(transformJob("alias/team", ""))).findings(e)); len(got) > 0 {
		t.Errorf("another alias:\n%s", report(got))
	}
}

// Unproven follows unverifiable, and an update that leaves the key alone is not
// reported of it again.
func TestUnprovenKeys(t *testing.T) {
	object := load(t, transformJob(unlisted, ""))
	before := load(t, transformJob(otherKey, ""))
	for want, change := range map[policies.Mode]change{
		policies.Warn:    func(*policies.Settings) {},
		policies.Enforce: func(s *policies.Settings) { s.Unverifiable = policies.Enforce },
	} {
		e := evaluator(t, change)
		got := of("sagemaker-output-key", load(t, unborn(transformJob(unlisted, ""))).findings(e))
		if len(got) != 1 || got[0].Reason != policies.Unproven || got[0].Mode != want {
			t.Errorf("on creation, want %s:\n%s", want, report(got))
		}
		if got := of("sagemaker-output-key", evaluate(e, object.object, object.object.Root, object.world)); len(got) > 0 {
			t.Errorf("an update that leaves the key alone:\n%s", report(got))
		}
		if got := of("sagemaker-output-key", evaluate(e, object.object, before.object.Root, object.world)); len(got) == 0 {
			t.Error("an update that sets the key: nothing")
		}
	}
}

// What is unproven is reported of the object that names the key, not of those
// that depend on it.
func TestWhatDependsOnAnUnprovenKeyIsNotReported(t *testing.T) {
	component := load(t, `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: InferenceComponent
metadata: {name: ic, namespace: science}
spec: {inferenceComponentName: ic, endpointName: e, variantName: a}
---
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: Endpoint
metadata: {name: e, namespace: science}
spec: {endpointName: e, endpointConfigName: c}
---
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: EndpointConfig
metadata: {name: c, namespace: science}
spec: {endpointConfigName: c, kmsKeyID: `+"'"+unlisted+"'"+`, productionVariants: [{variantName: a, instanceType: ml.m5.xlarge}]}
`)
	if got := of("sagemaker-endpoint-key", component.findings(evaluator(t))); len(got) > 0 {
		t.Errorf("the component:\n%s", report(got))
	}
}

// The steps of a pipeline have the rows of their kinds.
func TestMixedStepsOfAPipelineAreDenied(t *testing.T) {
	for name, tt := range map[string]struct {
		step   string
		policy policies.ID
		want   policies.Reason
	}{
		"instance groups": {
			`{"Name":"s","Type":"Training","Arguments":{"ResourceConfig":{"VolumeSizeInGB":1,"InstanceGroups":[{"InstanceType":"ml.m5.xlarge"},{"InstanceType":"ml.g5.xlarge"}]},"OutputDataConfig":{"S3OutputPath":"s3://b/o","KmsKeyId":"` + key + `"}}}`,
			"sagemaker-pipeline-key", policies.LocalStorage,
		},
		"outputs": {
			`{"Name":"s","Type":"Processing","Arguments":{"ProcessingResources":{"ClusterConfig":{"InstanceType":"ml.m5.xlarge","VolumeKmsKeyId":"` + key + `"}},"ProcessingOutputConfig":{"Outputs":[{"S3Output":{"S3Uri":"s3://b--euw1-az1--x-s3/o"}},{"S3Output":{"S3Uri":"s3://b/o"}}]}}}`,
			"sagemaker-pipeline-key", policies.Missing,
		},
	} {
		pipeline := load(t, "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: Pipeline\nmetadata: {name: p, namespace: science}\nspec:\n  pipelineName: p\n  pipelineDefinition: '{\"Version\":\"2020-12-01\",\"Steps\":["+tt.step+"]}'\n")
		got := of(tt.policy, pipeline.findings(evaluator(t)))
		if len(got) != 1 || got[0].Reason != tt.want || got[0].Mode != policies.Enforce || got[0].Inject {
			t.Errorf("%s:\n%s", name, report(got))
		}
	}
}
