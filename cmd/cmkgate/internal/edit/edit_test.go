package edit_test

import (
	"bytes"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const key = "arn:aws:kms:eu-west-1:111122223333:key/1"

// set makes edits of texts: "path = value" sets, "path" alone removes, and
// "path # inner = value" sets inside the JSON text at the path.
func set(edits ...string) []policies.Edit {
	var out []policies.Edit
	for _, e := range edits {
		path, value, sets := strings.Cut(e, " = ")
		path, inner, within := strings.Cut(path, " # ")
		one := policies.Edit{Path: tree.MustPath(path)}
		if within {
			one.Within = tree.MustPath(inner)
		}
		switch {
		case sets && (value == "true" || value == "false"):
			one.Value = value == "true"
		case sets:
			one.Value = value
		}
		out = append(out, one)
	}
	return out
}

func parse(t testing.TB, data string) (*yaml.Node, *tree.Node) {
	t.Helper()
	var node yaml.Node
	if yaml.Unmarshal([]byte(data), &node) != nil {
		root, err := tree.ParseJSON([]byte(data))
		if err != nil {
			t.Fatalf("%v in\n%s", err, data)
		}
		return nil, root
	}
	root, err := tree.FromYAML(&node)
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return &node, root
}

// plan makes edits in a document, and fails where the outcome is not what it must be.
func plan(t testing.TB, in string, edits []policies.Edit) (string, error) {
	t.Helper()
	node, before := parse(t, in)
	splices, err := edit.Plan([]byte(in), node, edits)
	if err != nil {
		return "", err
	}
	out := string(edit.Apply([]byte(in), splices))
	var again yaml.Node
	if err := yaml.Unmarshal([]byte(out), &again); err != nil && node != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	_, after := parse(t, out)
	if !edit.Holds(before, after, edits) {
		t.Fatalf("something else came of it:\n%s", out)
	}
	return out, nil
}

type trap struct {
	name, in string
	edits    []policies.Edit
	want     string
}

func TestEditsChangeOnlyWhatTheyMust(t *testing.T) {
	volume := set("spec.resourceConfig.volumeKMSKeyID = " + key)
	bucket := set("spec.encryption.rules[0].bucketKeyEnabled = true",
		"spec.encryption.rules[0].applyServerSideEncryptionByDefault.sseAlgorithm = aws:kms",
		"spec.encryption.rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyID = "+key)
	for _, tt := range []trap{
		{"the end of a map", "spec:\n  resourceConfig:\n    instanceCount: 1\n  z: 1\n", volume,
			"spec:\n  resourceConfig:\n    instanceCount: 1\n    volumeKMSKeyID: " + key + "\n  z: 1\n"},
		{"comments", "# head\nspec: # spec\n  # before\n  resourceConfig: # config\n    instanceCount: 1 # one\n      # is enough\n    # volumeSizeInGB: 30\n\n  # after\n  z: 1\n", volume,
			"# head\nspec: # spec\n  # before\n  resourceConfig: # config\n    instanceCount: 1 # one\n      # is enough\n    volumeKMSKeyID: " + key + "\n    # volumeSizeInGB: 30\n\n  # after\n  z: 1\n"},
		{"CRLF", "spec:\r\n  resourceConfig:\r\n    instanceCount: 1\r\n  z: 1\r\n", volume,
			"spec:\r\n  resourceConfig:\r\n    instanceCount: 1\r\n    volumeKMSKeyID: " + key + "\r\n  z: 1\r\n"},
		{"CRLF without a final line break", "spec:\r\n  resourceConfig:\r\n    instanceCount: 1", volume,
			"spec:\r\n  resourceConfig:\r\n    instanceCount: 1\r\n    volumeKMSKeyID: " + key},
		{"a byte order mark", "\uFEFFspec:\n  resourceConfig:\n    instanceCount: 1\n", volume,
			"\uFEFFspec:\n  resourceConfig:\n    instanceCount: 1\n    volumeKMSKeyID: " + key + "\n"},
		{"a byte order mark before what is replaced", "\uFEFFkmsKeyID: alias/aws/s3\n", set("kmsKeyID = " + key),
			"\uFEFFkmsKeyID: " + key + "\n"},
		{"no final line break", "spec:\n  resourceConfig:\n    instanceCount: 1", volume,
			"spec:\n  resourceConfig:\n    instanceCount: 1\n    volumeKMSKeyID: " + key},
		{"blank lines at the end", "spec:\n  resourceConfig:\n    instanceCount: 1\n\n\n", volume,
			"spec:\n  resourceConfig:\n    instanceCount: 1\n    volumeKMSKeyID: " + key + "\n\n\n"},
		{"document markers", "%YAML 1.1\n---\nspec:\n  resourceConfig:\n    instanceCount: 1\n...\n", volume,
			"%YAML 1.1\n---\nspec:\n  resourceConfig:\n    instanceCount: 1\n    volumeKMSKeyID: " + key + "\n...\n"},
		{"nothing below the parent", "spec:\n  resourceConfig: # later\n  z: 1\n", volume,
			"spec:\n  resourceConfig: # later\n    volumeKMSKeyID: " + key + "\n  z: 1\n"},
		{"nothing below the parent at the end", "spec:\n  resourceConfig:", volume,
			"spec:\n  resourceConfig:\n    volumeKMSKeyID: " + key},
		{"null", "spec:\n  resourceConfig: null # later\n  z: 1\n", volume,
			"spec:\n  resourceConfig: # later\n    volumeKMSKeyID: " + key + "\n  z: 1\n"},
		{"an empty map", "spec:\n    resourceConfig: {} # later\n", volume,
			"spec:\n    resourceConfig: # later\n        volumeKMSKeyID: " + key + "\n"},
		{"an empty spec", "metadata:\n    name: x\nspec: {}\n", bucket,
			"metadata:\n    name: x\nspec:\n    encryption:\n        rules:\n        - bucketKeyEnabled: true\n          applyServerSideEncryptionByDefault:\n              sseAlgorithm: aws:kms\n              kmsMasterKeyID: " + key + "\n"},
		{"no parent at all, with indented lists", "spec:\n  tags:\n    -   key: a\n        value: b\n", bucket,
			"spec:\n  tags:\n    -   key: a\n        value: b\n  encryption:\n    rules:\n      -   bucketKeyEnabled: true\n          applyServerSideEncryptionByDefault:\n            sseAlgorithm: aws:kms\n            kmsMasterKeyID: " + key + "\n"},
		{"an empty list", "spec:\n  encryption:\n    rules: []\n", bucket,
			"spec:\n  encryption:\n    rules:\n    - bucketKeyEnabled: true\n      applyServerSideEncryptionByDefault:\n        sseAlgorithm: aws:kms\n        kmsMasterKeyID: " + key + "\n"},
		{"an empty element", "spec:\n  encryption:\n    rules:\n    - {} # say\n    z: 1\n", bucket,
			"spec:\n  encryption:\n    rules:\n    - bucketKeyEnabled: true # say\n      applyServerSideEncryptionByDefault:\n        sseAlgorithm: aws:kms\n        kmsMasterKeyID: " + key + "\n    z: 1\n"},
		{"an element that is not written", "spec:\n  encryption:\n    rules:\n    -\n", bucket,
			"spec:\n  encryption:\n    rules:\n    - bucketKeyEnabled: true\n      applyServerSideEncryptionByDefault:\n        sseAlgorithm: aws:kms\n        kmsMasterKeyID: " + key + "\n"},
		{"one more element", "a:\n-   b: 1\nz: 1\n", set("a[1].b = x", "a[1].c = w"), "a:\n-   b: 1\n-   b: x\n    c: w\nz: 1\n"},
		{"lists of lists", "a:\n- - b: 1\n  - c: 2\n- - d: 3\n", set("a[0][1].e = x", "a[1][1].f = w"), "a:\n- - b: 1\n  - c: 2\n    e: x\n- - d: 3\n  - f: w\n"},
		{"lines after each other at several depths", "a:\n  b:\n    c: 1\n", set("a.d = x", "a.b.e = w", "f = z"), "a:\n  b:\n    c: 1\n    e: w\n  d: x\nf: z\n"},
		{"the first field of an element", "a:\n- b: 1\n", set("a[0].c = x"), "a:\n- b: 1\n  c: x\n"},
		{"an element on the line below its dash", "a:\n-\n  b: 1\n", set("a[0].c = x"), "a:\n-\n  b: 1\n  c: x\n"},
		{"quoted names", "\"spec\":\n  \"a\": \"b\"\n", set("spec.c = x"), "\"spec\":\n  \"a\": \"b\"\n  \"c\": \"x\"\n"},
		{"quotes stay", "a: \"\"\nb: 'alias/aws/s3' # why\nc: \"x\"\n", set("a = "+key, "b = "+key, "c = say \"no\""),
			"a: \"" + key + "\"\nb: '" + key + "' # why\nc: \"say \\\"no\\\"\"\n"},
		{"quotes where they are needed", "z: 1\n", set(`a = {"b":'c'}`, "c = yes", "d = 012", "e = x: y", "f = ~", "g = 1:30"),
			"z: 1\na: '{\"b\":''c''}'\nc: \"yes\"\nd: \"012\"\ne: \"x: y\"\nf: \"~\"\ng: \"1:30\"\n"},
		{"the quotes of the neighbors", "a:\n  'b': 'x'\n  'n': 1\nc:\n  d: \"x\"\n  e: '1'\nf:\n  g: \"1\"\n  h: x\n", set("a.c = "+key, "a.d.e = y", "c.f = x", "f.i = x"),
			"a:\n  'b': 'x'\n  'n': 1\n  'c': '" + key + "'\n  'd':\n    'e': 'y'\nc:\n  d: \"x\"\n  e: '1'\n  f: \"x\"\nf:\n  g: \"1\"\n  h: x\n  i: x\n"},
		{"the quotes of the neighbors between brackets", "a: {b: \"x\", n: 1}\nc: {'d': 'x', e: yes}\nf: ['x']\n", set("a.c = "+key, "c.f = x", "f[1] = y"),
			"a: {b: \"x\", n: 1, c: \"" + key + "\"}\nc: {'d': 'x', e: yes, f: 'x'}\nf: ['x', 'y']\n"},
		{"the quotes of the neighbors where nothing stands", "a:\n  b: 'x'\n  c:\n  d: {}\n", set("a.c = x", "a.d.e = x"), "a:\n  b: 'x'\n  c: 'x'\n  d:\n    e: 'x'\n"},
		{"a template in a value", "a: \"{{ .Values.a }}\"\n", set("c = x"), "a: \"{{ .Values.a }}\"\nc: x\n"},
		{"a tag", "a: !!str alias/aws/s3 # x\n", set("a = " + key), "a: " + key + " # x\n"},
		{"text in a block becomes a value", "a: >-\n  alias/aws/s3\n\nb: 1\n", set("a = " + key), "a: " + key + "\n\nb: 1\n"},
		{"a plain value over two lines", "a: alias/aws/s3\n  and more # x\nb: 1\n", set("a = "+key, "c = x"), "a: " + key + " # x\nb: 1\nc: x\n"},
		{"behind a plain value over two lines", "a:\n  b: one\n    two\n  # x\nz: 1\n", set("a.c = x"), "a:\n  b: one\n    two\n  c: x\n  # x\nz: 1\n"},
		{"behind a block text", "a:\n  b: |\n    one\n     two\n\n  # x\nz: 1\n", set("a.c = x"), "a:\n  b: |\n    one\n     two\n  c: x\n\n  # x\nz: 1\n"},
		{"behind a block text that keeps its end", "a:\n  b: |+\n    one\n\n\nz: 1\n", set("a.c = x"), "a:\n  b: |+\n    one\n\n\n  c: x\nz: 1\n"},
		{"behind a block text without a final line break", "a:\n  z: 1\n  b: |\n    one", set("a.c = x"), "a:\n  z: 1\n  c: x\n  b: |\n    one"},
		{"behind a quoted text over two lines", "a:\n  b: \"one\n\n two # no comment\"\nz: 1\n", set("a.c = x"), "a:\n  b: \"one\n\n two # no comment\"\n  c: x\nz: 1\n"},
		{"behind a map between brackets over two lines", "a:\n  b: {c: 1,\nd: 2\n}\nz: 1\n", set("a.e = x"), "a:\n  b: {c: 1,\nd: 2\n}\n  e: x\nz: 1\n"},
		{"unicode", "a: {ключ: \"значение — é\", b: 日本}\n\"ü\": 1\n", set("a.b = x", "a.c = é"), "a: {ключ: \"значение — é\", b: x, c: \"é\"}\n\"ü\": 1\n"},
		{"NEL and LS count as lines", "a: \"x\u0085y\u2028z\"\nb: old\n", set("b = new"), "a: \"x\u0085y\u2028z\"\nb: new\n"},
		{"brackets", "a: {b: 1}\n", set("a.c = x", "a.d = "+key), "a: {b: 1, c: x, d: " + key + "}\n"},
		{"padded brackets", "a: { b: 1 } # x\n", set("a.c = x"), "a: { b: 1, c: x } # x\n"},
		{"nested brackets", "a: {b: {c: [1, {d: e}]}, f: g}\n", set("a.b.c[1].h = x", "a.b.c[2] = w", "a.i.j[0].k = z"), "a: {b: {c: [1, {d: e, h: x}, w]}, f: g, i: {j: [{k: z}]}}\n"},
		{"brackets with a trailing comma", "a: {b: 1,}\n", set("a.c = x"), "a: {b: 1, c: x,}\n"},
		{"brackets over lines", "a: {\n  b: 1, # one\n  c: 2 # two\n}\n", set("a.d = x", "a.e = w"), "a: {\n  b: 1, # one\n  c: 2, # two\n  d: x,\n  e: w\n}\n"},
		{"brackets over lines with a trailing comma", "a: {\n  b: 1, # one\n}\n", set("a.d = x"), "a: {\n  b: 1, # one\n  d: x,\n}\n"},
		{"brackets over lines that close on the last", "a: {b: 1,\n    c: 2}\n", set("a.d = x"), "a: {b: 1,\n    c: 2,\n    d: x}\n"},
		{"empty between brackets", "a: {b: {}, c: [], d: null, e: , f}\n", set("a.b.x = 1a", "a.c[0] = w", "a.d.x = z", "a.e = e", "a.f.g = h"), "a: {b: {x: \"1a\"}, c: [w], d: {x: z}, e: e, f: {g: h}}\n"},
		{"a value between brackets", "a: {b: alias/aws/s3, c: 'x'}\n", set("a.b = "+key, "a.c = y"), "a: {b: " + key + ", c: 'y'}\n"},
		{"quoted names between brackets", "a: {\"b\": 1}\n", set("a.c = x"), "a: {\"b\": 1, \"c\": \"x\"}\n"},
		{"removing a field", "a:\n  # why\n  b: 1 # because\n  c: 2\n", set("a.b"), "a:\n  # why\n  c: 2\n"},
		{"removing the last field", "a:\n  b: 1\n  c:\n    d: 2\nz: 1\n", set("a.c"), "a:\n  b: 1\nz: 1\n"},
		{"removing the last field without a final line break", "a:\r\n  b: 1\r\n  c: 2", set("a.c"), "a:\r\n  b: 1"},
		{"removing the only field", "a:\n  b:\n    # x\n    c: 2 # y\n  d: 1\n", set("a.b.c"), "a:\n  b: {}\n    # x\n  d: 1\n"},
		{"removing the first field of an element", "a:\n- b: 1\n  c: 2\n", set("a[0].b"), "a:\n- c: 2\n"},
		{"removing the only field of an element", "a:\n- b: 1\n- c: 2\n", set("a[0].b"), "a:\n- {}\n- c: 2\n"},
		{"removing between brackets", "a: {b: 1, c: 2, d: 3}\ne: {f: 1}\n", set("a.b", "a.d", "e.f"), "a: {c: 2}\ne: {}\n"},
		{"another name", "a:\n  kmsKeyId: x # mine\n  b: 1\nc: {\"kmsKeyId\": 'y'}\n", set("a.kmsKeyID = x", "a.kmsKeyId", "c.kmsKeyID = y", "c.kmsKeyId"),
			"a:\n  kmsKeyID: x # mine\n  b: 1\nc: {\"kmsKeyID\": 'y'}\n"},
		{"other names of the same value", "a:\n  B: x\n  C: x\nd: {E: x, F: x}\n", set("a.b = x", "a.B", "a.c = x", "a.C", "d.e = x", "d.E", "d.f = x", "d.F"),
			"a:\n  b: x\n  c: x\nd: {e: x, f: x}\n"},
		{"a removal and an addition", "a:\n  b: 1\n  c: 2\n", set("a.c", "a.d = x"), "a:\n  b: 1\n  d: x\n"},
		{"a map becomes a value", "a:\n  b:\n    c: 1\n  d: 1\n", set("a.b = x"), "a:\n  b: x\n  d: 1\n"},
		{"an anchor that nobody uses", "a: &x alias/aws/s3\nb: 1\n", set("a = " + key), "a: &x " + key + "\nb: 1\n"},
		{"an alias becomes a value", "a: &x alias/aws/s3\nb: *x # y\n", set("b = " + key), "a: &x alias/aws/s3\nb: " + key + " # y\n"},
		{"an anchor and its aliases", "a: &x alias/aws/s3\nb: *x\n", set("b = "+key, "a = "+key), "a: &x " + key + "\nb: *x\n"},
		{"a shared map", "a: &x # x\n  b: 1\nc: *x\n", set("a.d = w", "c.d = w"), "a: &x # x\n  b: 1\n  d: w\nc: *x\n"},
		{"over what is merged", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", set("c.b = w"), "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n  b: w\n"},
		{"JSON", "{\n\t\"a\": {\n\t\t\"b\": 1\n\t},\n\t\"c\": {},\n\t\"d\": [],\n\t\"e\": \"\\ud83d\\ude00\"\n}\n", set("a.x = y", "c.x.y = z", "d[0].x = true", "f.g = h"),
			"{\n\t\"a\": {\n\t\t\"b\": 1,\n\t\t\"x\": \"y\"\n\t},\n\t\"c\": {\n\t\t\"x\": {\n\t\t\t\"y\": \"z\"\n\t\t}\n\t},\n\t\"d\": [\n\t\t{\n\t\t\t\"x\": true\n\t\t}\n\t],\n\t\"e\": \"\\ud83d\\ude00\",\n\t\"f\": {\n\t\t\"g\": \"h\"\n\t}\n}\n"},
		{"JSON on one line", `{"a":{"b":1},"c":{},"d":["x"]}`, set("a.x = y", "c.x.y = z", "d[1].x = y"), `{"a":{"b":1,"x":"y"},"c":{"x":{"y":"z"}},"d":["x",{"x":"y"}]}`},
		{"JSON with spaces", `{"a": {"b": 1, "c": null}}`, set("a.c.d = x", "a.e = false"), `{"a": {"b": 1, "c": {"d": "x"}, "e": false}}`},
		{"removing in JSON", "{\n  \"a\": 1,\n  \"b\": {\"c\": 2},\n  \"d\": \"#\"\n}", set("b.c", "d"), "{\n  \"a\": 1,\n  \"b\": {}\n}"},
		{"JSON with another name", `{"kmsKeyId" : "x"}`, set("kmsKeyID = x", "kmsKeyId"), `{"kmsKeyID" : "x"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := plan(t, tt.in, tt.edits)
			if err != nil {
				t.Fatalf("%v in\n%s", err, tt.in)
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			again, err := plan(t, got, tt.edits)
			if err != nil || again != got {
				t.Errorf("once more: %v\n%s", err, again)
			}
		})
	}
}

func TestEditsInsideOfTexts(t *testing.T) {
	edits := set("p # Steps[0].Arguments.KmsKeyId = "+key, `p # Steps[1].Arguments.Key = say "no"`)
	const compact = `{"Steps":[{"Arguments":{"a":"it's # é"}},{"Arguments":{"Key":"x","z":1}}]}`
	const compactAfter = `{"Steps":[{"Arguments":{"a":"it's # é","KmsKeyId":"` + key + `"}},{"Arguments":{"Key":"say \"no\"","z":1}}]}`
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace
	double := func(s string) string { return strings.ReplaceAll(s, "'", "''") }
	for _, tt := range []trap{
		{"a literal text", "p: | # json\n  {\n    \"Steps\": [\n      {\n        \"Arguments\": {\n          \"a\": 1\n        }\n      },\n      {\"Arguments\": {}}\n    ]\n  }\nz: 1\n", edits,
			"p: | # json\n  {\n    \"Steps\": [\n      {\n        \"Arguments\": {\n          \"a\": 1,\n          \"KmsKeyId\": \"" + key + "\"\n        }\n      },\n      {\"Arguments\": {\"Key\": \"say \\\"no\\\"\"}}\n    ]\n  }\nz: 1\n"},
		{"a literal text with CRLF and its own indentation", "p: |2-\r\n    {\r\n      \"Steps\": [\r\n        {\"Arguments\": {\r\n        \"a\": 1\r\n        }}, {\"Arguments\": {\"Key\": null}}\r\n    ]}", edits,
			"p: |2-\r\n    {\r\n      \"Steps\": [\r\n        {\"Arguments\": {\r\n        \"a\": 1,\r\n        \"KmsKeyId\": \"" + key + "\"\r\n        }}, {\"Arguments\": {\"Key\": \"say \\\"no\\\"\"}}\r\n    ]}"},
		{"a folded text", "p: >\n  {\"Steps\": [\n  {\"Arguments\": {\"a\": 1}},\n  {\"Arguments\": {\"Key\": 1}}]}\n", edits,
			"p: >\n  {\"Steps\": [\n  {\"Arguments\": {\"a\": 1, \"KmsKeyId\": \"" + key + "\"}},\n  {\"Arguments\": {\"Key\": \"say \\\"no\\\"\"}}]}\n"},
		{"single quotes", "p: '" + double(compact) + "' # x\n", edits, "p: '" + double(compactAfter) + "' # x\n"},
		{"double quotes", "p: \"" + escape(compact) + "\" # x\n", edits, "p: \"" + escape(compactAfter) + "\" # x\n"},
		{"double quotes over lines", "p: \"{\\\"Steps\\\":[{\\\"Arguments\\\":{\\\"a\\\":1}},\\\n  {\\\"Arguments\\\":{\\\"Key\\\":1}}]}\"\n", edits,
			"p: \"{\\\"Steps\\\":[{\\\"Arguments\\\":{\\\"a\\\":1,\\\"KmsKeyId\\\":\\\"" + key + "\\\"}},\\\n  {\\\"Arguments\\\":{\\\"Key\\\":\\\"say \\\\\\\"no\\\\\\\"\\\"}}]}\"\n"},
		{"JSON in JSON", `{"p": "` + escape(compact) + `"}`, edits, `{"p": "` + escape(compactAfter) + `"}`},
		{"JSON in JSON with line breaks", `{"p": "{\n  \"a\": {\n    \"b\": \"\ud83d\ude00\"\n  }\n}"}`, set("p # a.c = x"), `{"p": "{\n  \"a\": {\n    \"b\": \"\ud83d\ude00\",\n    \"c\": \"x\"\n  }\n}"}`},
		{"a removal", "p: |\n  {\"a\": {\n    \"b\": 1,\n    \"c\": 2\n  }}\n", set("p # a.b"), "p: |\n  {\"a\": {\n    \"c\": 2\n  }}\n"},
		{"a removal at the end", "p: |\n  {\"a\": {\n    \"b\": 1,\n    \"c\": 2\n  }}\n", set("p # a.c"), "p: |\n  {\"a\": {\n    \"b\": 1\n  }}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := plan(t, tt.in, tt.edits)
			if err != nil {
				t.Fatalf("%v in\n%s", err, tt.in)
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestUnsafeEditsAreRefused names what is refused before anything is tried, and
// what would have become something else.
func TestUnsafeEditsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		edits    []policies.Edit
		why      string
	}{
		{"a template", "a: 1\n# {{- if .Values.b }}\nb: 1\n# {{- end }}\n", set("c = x"), "template"},
		{"a template behind a value", "a: 1 #{{- if .Values.b }}\nb: 1\n", set("c = x"), "template"},
		{"a field that is written twice", "a: 1\nb: 2\na: 3\n", set("a = x"), "duplicate key"},
		{"a field below a merge key", "x: &x {c: {d: 1}}\na:\n  <<: *x\n", set("a.c.e = y"), "merge key"},
		{"a shared map", "a: &x\n  b: 1\nc: *x\n", set("c.d = y"), ""},
		{"a shared value", "a: &x alias/aws/s3\nb: *x\n", set("a = y"), ""},
		{"a value of another type", "a: text\n", set("a.b = x"), "another type"},
		{"a list in place of a map", "a: [1]\n", set("a.b = x"), "another type"},
		{"an element far behind the end", "a:\n- 1\n", set("a[3] = x"), ""},
		{"a comment between brackets", "a: {\n  b: 1, # one\n  c: 2\n}\n", set("a.b"), "comment"},
		{"a comment between the first fields of an element", "a:\n- b: 1\n  # c\n  c: 2\n", set("a[0].b"), "comment"},
		{"a pair without brackets", "a: [b: c]\n", set("a[0].d = x"), "pair without brackets"},
		{"a text that is no JSON", "p: |\n  {\"a\": \n", set("p # a = x"), "not valid JSON"},
		{"a text that is an alias", "x: &x '{\"a\": 1}'\np: *x\n", set("p # a = x"), "alias"},
		{"a contradiction", "a: 1\n", set("b = x", "b = y"), "contradict"},
		{"the whole document", "a: 1\n", []policies.Edit{{Value: "x"}}, "whole"},
		{"a key with a question mark", "? a\n: b: 1\nz: 1\n", set("a = x"), "in a style that cmkgate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			node, before := parse(t, tt.in)
			splices, err := edit.Plan([]byte(tt.in), node, tt.edits)
			if err != nil {
				if tt.why == "" || !strings.Contains(err.Error(), tt.why) {
					t.Errorf("refused because %v, want %q", err, tt.why)
				}
				return
			}
			out := edit.Apply([]byte(tt.in), splices)
			_, after := parse(t, string(out))
			if tt.why != "" || edit.Holds(before, after, tt.edits) {
				t.Errorf("not refused:\n%s", out)
			}
		})
	}
}

func TestPatchIsWhatAPersonCanApply(t *testing.T) {
	const object, text = "As a JSON patch of the object: ", "As a JSON patch of the text spec.t: "
	_, root := parse(t, `spec: {a: null, b: x, c: [1], k: <&>, t: '{"d": {"e": 1}, "f": 2}'}`)
	for _, tt := range []struct {
		edits []policies.Edit
		want  string
	}{
		{set("spec.a.x = y", "spec.a.z = false"), object + `[{"op":"replace","path":"/spec/a","value":{"x":"y","z":false}}]`},
		{set("spec.b = <&>", "spec.d.e[0].f = g", "spec.k"), object + `[{"op":"replace","path":"/spec/b","value":"<&>"},{"op":"add","path":"/spec/d","value":{"e":[{"f":"g"}]}},{"op":"remove","path":"/spec/k"}]`},
		{set("spec.c[1] = x", "spec.missing"), object + `[{"op":"add","path":"/spec/c/1","value":"x"}]`},
		{set("spec.t # d.k = y", "spec.t # f"), text + `[{"op":"add","path":"/d/k","value":"y"},{"op":"remove","path":"/f"}]`},
		{set("spec.b = y", "spec.t # d.e = y"), object + `[{"op":"replace","path":"/spec/b","value":"y"}] ` + text + `[{"op":"replace","path":"/d/e","value":"y"}]`},
		{set("spec.b # x = y"), ""},
		{set("spec.missing", "spec.a.missing"), ""},
	} {
		if got := edit.Patch(root, tt.edits); got != tt.want {
			t.Errorf("got %s\nwant %s", got, tt.want)
		}
	}
}

// TestApplyLeavesTheRest holds that a splice is all that happens.
func TestApplyLeavesTheRest(t *testing.T) {
	in := []byte("0123456789")
	got := edit.Apply(in, []edit.Splice{{Start: 0, End: 0, Text: "a"}, {Start: 2, End: 4, Text: ""}, {Start: 10, End: 10, Text: "z"}})
	if want := "a01456789z"; string(got) != want || !bytes.Equal(in, []byte("0123456789")) {
		t.Errorf("got %s of %s, want %s", got, in, want)
	}
}
