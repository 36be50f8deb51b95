package tree

import "testing"

func TestTrimKeepsWhatIsNamedAndIndices(t *testing.T) {
	source := FromValue(map[string]any{
		"kind": "X",
		"metadata": map[string]any{
			"name":        "n",
			"annotations": map[string]any{"services.k8s.aws/region": "eu-west-1", "other": "x"},
		},
		"spec": map[string]any{
			"list":  []any{map[string]any{"a": "1", "b": "2"}, nil, map[string]any{"b": "3"}},
			"whole": map[string]any{"deep": []any{int64(1), true}},
			"gone":  "x",
		},
	})
	keeper, err := NewProjection("metadata.name", `metadata.annotations["services.k8s.aws/region"]`, "spec.list[*].a", "spec.whole", "spec.absent")
	if err != nil {
		t.Fatal(err)
	}
	want := FromValue(map[string]any{
		"metadata": map[string]any{"name": "n", "annotations": map[string]any{"services.k8s.aws/region": "eu-west-1"}},
		"spec": map[string]any{
			"list":  []any{map[string]any{"a": "1"}, nil, map[string]any{}},
			"whole": map[string]any{"deep": []any{int64(1), true}},
		},
	})
	if got := keeper.Trim(source); !Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if keeper.Trim(nil) != nil {
		t.Error("something came of nothing")
	}
	if _, err := NewProjection("spec..x"); err == nil {
		t.Error("a bad pattern is taken")
	}
}

func TestTrimShortensTexts(t *testing.T) {
	keeper, err := NewProjection("kept")
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Shorten("spec.text", func(s string) string { return s[:len(s)/2] }); err != nil {
		t.Fatal(err)
	}
	source, err := ParseJSON([]byte(`{"kept":"\n\n","spec":{"text":"ab\n\n","gone":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := FromValue(map[string]any{"kept": "\n\n", "spec": map[string]any{"text": "ab"}})
	if got := keeper.Trim(source); !Equal(got, want) {
		t.Errorf("kept: %q, text: %q", got.Get("kept").Text(), got.Get("spec").Get("text").Text())
	}
	other, err := ParseJSON([]byte(`{"spec":{"text":{"a":1}}}`))
	if err != nil || !Equal(keeper.Trim(other), other) {
		t.Errorf("%v: only texts are shortened", err)
	}
}
