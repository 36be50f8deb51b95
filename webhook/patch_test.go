package webhook

import (
	"encoding/json"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// An "add" at a null element would insert before it and move what follows.
func TestPatchFillsANullElementOfAListInItsPlace(t *testing.T) {
	object := []byte(`{"rules":[null,{"name":"b"}]}`)
	root, err := tree.ParseObject(object)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(Patch(root, []policies.Edit{
		{Path: tree.MustPath("rules[0].name"), Value: "a"},
		{Path: tree.MustPath("rules[0].enabled"), Value: true},
		{Path: tree.MustPath("rules[2].name"), Value: "c"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	patch, err := jsonpatch.DecodePatch(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := patch.Apply(object)
	if err != nil {
		t.Fatalf("%v, applying %s", err, data)
	}
	if diff := cmp.Diff(`{"rules":[{"enabled":true,"name":"a"},{"name":"b"},{"name":"c"}]}`, string(got)); diff != "" {
		t.Error(diff)
	}
}
