package policies_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func TestReadsNamesEveryFieldOnceAndInCatalogSpelling(t *testing.T) {
	for _, reads := range policies.Reads(policies.All()) {
		seen := map[string]bool{}
		for _, path := range reads.Paths {
			if _, err := tree.ParsePath(path); err != nil || seen[path] {
				t.Errorf("%s %s: listed twice, or %v", reads.Kind.Name, path, err)
			}
			seen[path] = true
		}
	}
}

func TestReadsOfPipelinesAreTheDefinitionAndWhatOverridesIt(t *testing.T) {
	want := map[string][]string{
		"Pipeline":          {"spec.pipelineDefinition"},
		"PipelineExecution": {"spec.pipelineName", "spec.pipelineParameters"},
	}
	for _, reads := range policies.Reads(policies.All()) {
		if spec, ok := want[reads.Kind.Name]; ok {
			delete(want, reads.Kind.Name)
			paths := slices.DeleteFunc(reads.Paths, func(p string) bool { return !strings.HasPrefix(p, "spec.") })
			if diff := cmp.Diff(spec, paths); diff != "" {
				t.Errorf("%s: %s", reads.Kind.Name, diff)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("not evaluated: %v", want)
	}
}

func TestReadsOfAnEndpointAreTheNameOfItsConfig(t *testing.T) {
	for _, reads := range policies.Reads(policies.All()) {
		if reads.Kind.Name != "Endpoint" {
			continue
		}
		if diff := cmp.Diff(append([]string{
			`metadata.annotations["services.k8s.aws/adoption-policy"]`,
			`metadata.annotations["services.k8s.aws/ignore-field-drift"]`,
			`metadata.annotations["services.k8s.aws/read-only"]`,
			`metadata.annotations["services.k8s.aws/region"]`,
		}, "spec.endpointConfigName"), reads.Paths); diff != "" {
			t.Error(diff)
		}
		return
	}
	t.Errorf("%v is not evaluated", catalog.Kind{Group: catalog.SageMaker, Name: "Endpoint"})
}
