package policies_test

import (
	"encoding/json"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// FuzzEvaluate evaluates any JSON as an object of any kind.
func FuzzEvaluate(f *testing.F) {
	kinds := []catalog.Kind{{Group: catalog.SageMaker, Name: "Endpoint"}, {Group: catalog.SageMaker, Name: "Model"}}
	for _, policy := range policies.All() {
		kinds = append(kinds, policy.Kinds...)
	}
	for _, fixture := range fixturesOf(f, "*", "*", "*") {
		data, err := json.Marshal(fixture.value)
		if err != nil {
			f.Fatal(err)
		}
		for i, kind := range kinds {
			if kind.Name == fixture.object.Kind {
				f.Add(data, uint8(i), uint8(i))
				break
			}
		}
	}
	f.Add([]byte(`{"spec":[{"spec":null}]}`), uint8(0), uint8(0))
	f.Add([]byte(`{"spec":{"resourceConfig":"x"},"metadata":1}`), uint8(2), uint8(1))
	var evaluators []*policies.Evaluator
	for _, storage := range []policies.LocalStorageMode{policies.Omit, policies.Require, policies.Deny} {
		evaluators = append(evaluators, evaluator(f, func(s *policies.Settings) { s.LocalStorage = storage }))
	}
	f.Fuzz(func(t *testing.T, data []byte, kind, settings uint8) {
		root, err := tree.ParseJSON(data)
		if err != nil {
			return
		}
		e := evaluators[int(settings)%len(evaluators)]
		object := policies.NewObject(root)
		object.Group, object.Kind = kinds[int(kind)%len(kinds)].Group, kinds[int(kind)%len(kinds)].Name
		for _, finding := range evaluate(e, object, nil, policies.Nowhere{}) {
			if finding.Message() == "" || finding.Path.Pointer() == "" {
				t.Fatalf("%+v", finding)
			}
		}
		var value map[string]any
		if json.Unmarshal(data, &value) != nil || value == nil {
			return
		}
		object.Root = tree.FromValue(value)
		holdsForAnyObject(t, e, manifest{object: object, value: value, world: &world{}})
	})
}
