package manifest

import (
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// FuzzPlainNode holds the nodes of plain documents against the YAML reader's.
func FuzzPlainNode(f *testing.F) {
	for _, seed := range []string{
		"a: 1\n", "---\nspec: # x\n  a: yes # y\n  b: 'it'\n  c: \"d # e\"\n  f:\n  - g: ~\n    h:\n  -\n  - - i\n    - null\n  j: {}\n  k: []  # z\n\n  l: a b  c \n",
		"a:\n    - b: \"\"\n      c: ''\nd: 0x1F\ne: -1.5\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		root, ok := tree.ParsePlain(text)
		if !ok {
			return
		}
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		names, _ := tree.PlainNames(text)
		same(t, text, plainNode(text, root, names), doc.Content[0])
	})
}

func same(t *testing.T, text string, got, want *yaml.Node) {
	t.Helper()
	if got.Kind != want.Kind || got.Value != want.Value || got.Style != want.Style || got.Line != want.Line || got.Column != want.Column ||
		got.ShortTag() != want.ShortTag() || len(got.Content) != len(want.Content) {
		t.Fatalf("got %+v, want %+v in\n%q", got, want, text)
	}
	for i := range want.Content {
		same(t, text, got.Content[i], want.Content[i])
	}
}
