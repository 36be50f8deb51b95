package edit_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// FuzzPlan makes edits at all kinds of places in all kinds of documents. What is
// planned must make the edits and change nothing else; the exceptions are
// documents that share values or say things twice, where Holds must notice.
func FuzzPlan(f *testing.F) {
	for _, seed := range []string{
		"spec:\n  a: 1 # x\n  b: |\n    text\n  c: {d: [e, {f: g}]}\n- x\n",
		"a: {\n  b: 'x', # y\n}\nc:\n- - d: \"e\"\n  - f:\n",
		"{\"a\": {\"b\": [1, {\"c\": \"{\\\"x\\\": 1}\"}]}}",
		"a: >-\n  b\n  c\n\nd: plain\n  goes on\ne:\n-   f: 1\r\n",
		"\uFEFFa: &x b\nc: *x\n", "a:\r\n  b: null\r\n  c: ~", "--- # x\na: !!str b\n...\n",
		"p: |2\n    {\"a\": [\n    1]}\nq: '{\"b\": \"it''s\"}'\n",
	} {
		for pick := range 8 {
			f.Add(seed, uint8(pick), uint8(pick*3), "arn:aws:kms:x:1:key/y")
		}
	}
	f.Fuzz(func(t *testing.T, data string, pick, how uint8, value string) {
		node, before, ok := read(data)
		if !ok || len(data) > 1<<12 {
			return
		}
		edits := choose(before, int(pick), how, strings.ToValidUTF8(value, "?"))
		if edits == nil {
			return
		}
		splices, err := edit.Plan([]byte(data), node, edits)
		if err != nil {
			return
		}
		out := string(edit.Apply([]byte(data), splices))
		_, after, ok := read(out)
		if ok && edit.Holds(before, after, edits) || isOdd(data) {
			return
		}
		t.Errorf("%+v of\n%s\nbecame\n%s", edits, data, out)
	})
}

// read is one document, as cmkgate reads it.
func read(data string) (*yaml.Node, *tree.Node, bool) {
	var node yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(data))
	if !decodes(decoder, &node) || len(node.Content) == 0 {
		root, err := tree.ParseJSON([]byte(data))
		return nil, root, err == nil
	}
	var more yaml.Node
	if decodes(decoder, &more) {
		return nil, nil, false
	}
	root, err := tree.FromYAML(&node)
	return &node, root, err == nil
}

func decodes(decoder *yaml.Decoder, into *yaml.Node) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false // the YAML reader panics where it should fail
		}
	}()
	return decoder.Decode(into) == nil
}

// choose makes edits at a place that the document has.
func choose(root *tree.Node, pick int, how uint8, value string) []policies.Edit {
	var places []tree.Path
	var walk func(n *tree.Node, path tree.Path)
	walk = func(n *tree.Node, path tree.Path) {
		if len(places) < 64 && len(path) < 12 {
			places = append(places, path.Clone())
			for i := range n.Len() {
				step := tree.Index(i)
				if n.Kind() == tree.Map {
					step = tree.Key(n.At(i).Key())
				}
				walk(n.At(i), path.Child(step))
			}
		}
	}
	walk(root, nil)
	path := places[pick%len(places)]
	at := root.Find(path)
	switch how % 5 {
	case 0:
		if at.Kind() != tree.Map && !at.Absent() || len(path) == 0 && at.Absent() {
			return nil
		}
		return []policies.Edit{{Path: path.Child(tree.Key("new")), Value: value}, {Path: path.Child(tree.Key("deep"), tree.Key("er"), tree.Index(0), tree.Key("x")), Value: true}}
	case 1:
		if at.Kind() != tree.List {
			return nil
		}
		return []policies.Edit{{Path: path.Child(tree.Index(at.Len()), tree.Key("x")), Value: value}}
	case 2:
		if len(path) == 0 || !path[len(path)-1].IsKey() {
			return nil
		}
		return []policies.Edit{{Path: path}}
	case 3:
		inner, err := tree.ParseText(at.Str())
		if err != nil || inner.Kind() != tree.Map {
			return nil
		}
		return []policies.Edit{{Path: path, Within: tree.Path{tree.Key("new")}, Value: value}}
	}
	if len(path) == 0 {
		return nil
	}
	return []policies.Edit{{Path: path, Value: value}}
}

// isOdd is about documents in which an edit may reach further than it says.
func isOdd(data string) bool { return strings.ContainsAny(data, "&*?!<%\x00\t") || !isSaidOnce(data) }

func isSaidOnce(data string) bool {
	var node yaml.Node
	if !decodes(yaml.NewDecoder(strings.NewReader(data)), &node) {
		return false
	}
	var once func(n *yaml.Node) bool
	once = func(n *yaml.Node) bool {
		seen := map[string]bool{}
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 {
				if seen[c.Value] || c.Kind != yaml.ScalarNode || c.ShortTag() != "!!str" || len(c.Value) < 4 && strings.ContainsAny(c.Value, "yYnNoO") {
					return false
				}
				seen[c.Value] = true
			}
			if !once(c) {
				return false
			}
		}
		return true
	}
	return once(&node)
}
