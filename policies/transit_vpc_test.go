package policies_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
)

func TestTransitVPCFixtures(t *testing.T) { testFixtures(t, "transit-vpc") }

// vpcUpdate is what transit-vpc says of an update.
func vpcUpdate(t *testing.T, kind, before, after string) []policies.Finding {
	t.Helper()
	head := "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: " + kind + "\nmetadata: {name: a, namespace: science}\nspec: "
	return of("transit-vpc", evaluate(evaluator(t), load(t, held(head+after+"\n")).object, load(t, held(head+before+"\n")).object.Root, nil))
}

func TestTransitVPCOnUpdates(t *testing.T) {
	const inside = "{subnets: [subnet-1], securityGroupIDs: [sg-1]}"
	for name, tt := range map[string]struct {
		kind, before, after string
		want                []string
	}{
		"legacy job": {"TrainingJob", "{roleARN: a}", "{roleARN: b}", nil},
		"taken out of the VPC": {
			"Model", "{modelName: a, vpcConfig: " + inside + "}", "{modelName: a}", []string{"spec.vpcConfig public-network"},
		},
		"put into the VPC": {"Model", "{modelName: a}", "{modelName: a, vpcConfig: " + inside + "}", nil},
		// ACK writes the default of AWS into a Domain that names none (late initialization).
		"default filled in by ACK": {"Domain", "{domainName: a}", "{domainName: a, appNetworkAccessType: PublicInternetOnly}", nil},
		"domain opened": {
			"Domain", "{domainName: a, appNetworkAccessType: VpcOnly}", "{domainName: a, appNetworkAccessType: PublicInternetOnly}",
			[]string{"spec.appNetworkAccessType public-network"},
		},
		"null is absent":       {"Model", "{modelName: a, vpcConfig: null}", "{modelName: a, vpcConfig: {}}", nil},
		"legacy notebook":      {"NotebookInstance", "{instanceType: a}", "{instanceType: b, directInternetAccess: Enabled}", nil},
		"legacy labeling job":  {"LabelingJob", "{labelingJobAlgorithmsConfig: {a: b}}", "{labelingJobAlgorithmsConfig: {labelingJobResourceConfig: {volumeKMSKeyID: a}}}", nil},
		"one definition more":  {"HyperParameterTuningJob", "{trainingJobDefinitions: [{a: b}]}", "{trainingJobDefinitions: [{a: b}, {c: d}]}", []string{"spec.trainingJobDefinitions[1].vpcConfig public-network"}},
		"variant with a model": {"EndpointConfig", "{productionVariants: [{modelName: a}]}", "{productionVariants: [{modelName: b}]}", nil},
		"variant without a model": {
			"EndpointConfig", "{productionVariants: [{modelName: a}]}", "{productionVariants: [{modelName: a}, {modelName: ''}]}",
			[]string{"spec.vpcConfig public-network"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, places(vpcUpdate(t, tt.kind, tt.before, tt.after))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What ACK fills in on adoption is what AWS has, and nobody's request.
func TestTransitPoliciesSayNothingOfAnAdoption(t *testing.T) {
	const head = "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\nmetadata: {name: a, annotations: {services.k8s.aws/adoption-policy: adopt}}\n"
	empty, filled := load(t, head), load(t, head+"spec: {resourceConfig: {instanceCount: 2}}\n")
	for _, f := range evaluate(evaluator(t), filled.object, empty.object.Root, nil) {
		if strings.HasPrefix(f.Policy, "transit-") {
			t.Errorf("%s", report([]policies.Finding{f}))
		}
	}
}
