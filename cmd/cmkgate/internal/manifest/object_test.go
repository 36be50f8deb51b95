package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies/tree"
)

func readAll(text string) (objects, problems []string) {
	var s Splitter
	for doc, problem := range s.Documents("f", 0, strings.NewReader(text)) {
		if problem != nil {
			problems = append(problems, problem.String())
			continue
		}
		parsed := doc.Parse()
		for i := range parsed.Objects {
			o := &parsed.Objects[i]
			line, column := o.Position(tree.MustPath("metadata.name"))
			objects = append(objects, fmt.Sprintf("%s %s %d:%d", o.Kind, o.Name, line, column))
		}
		for _, p := range parsed.Problems {
			problems = append(problems, p.String())
		}
	}
	return objects, problems
}

func TestReadFindsObjectsAndTheirPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"one document":                 {"kind: A\nmetadata:\n  name: x\n", []string{"A x 3:9"}},
		"several documents":            {"kind: A\nmetadata: {name: x}\n---\nkind: B\nmetadata: {name: w}\n", []string{"A x 2:18", "B w 5:18"}},
		"empty documents, comments":    {"---\n# nothing\n---\n---\nkind: A\nmetadata: {name: x}\n---\n", []string{"A x 6:18"}},
		"CRLF":                         {"kind: A\r\nmetadata:\r\n  name: x\r\n", []string{"A x 3:9"}},
		"a byte order mark":            {"\ufeffkind: A\nmetadata:\n  name: x\n", []string{"A x 3:9"}},
		"JSON with tabs":               {"{\n\t\"kind\": \"A\",\n\t\"metadata\": {\"name\": \"x\"}\n}\n", []string{"A x 3:23"}},
		"a List":                       {"kind: List\nitems:\n- kind: A\n  metadata: {name: x}\n- {kind: B, metadata: {name: w}}\n", []string{"A x 4:20", "B w 5:30"}},
		"a typed List inside of one":   {"kind: List\nitems:\n- kind: BucketList\n  items:\n  - {kind: Bucket, metadata: {name: x}}\n", []string{"Bucket x 5:37"}},
		"anchors":                      {"kind: A\nmetadata: &m\n  name: x\nother: *m\n", []string{"A x 3:9"}},
		"escapes in the kind":          {"kind: \"\\x41\"\nmetadata: {name: x}\n", []string{"A x 2:18"}},
		"--- inside of a block text":   {"kind: A\nmetadata: {name: x}\ndata: |\n  ---\n  b\n", []string{"A x 2:18"}},
		"no final newline":             {"kind: A\nmetadata: {name: x}", []string{"A x 2:18"}},
		"JSON one after the other":     {"{\"kind\": \"A\",\n\"metadata\": {\"name\": \"x\"}}\n{\"kind\": \"B\", \"metadata\": {\"name\": \"w\"}}\n", []string{"A x 2:22", "B w 3:36"}},
		"JSON with a surrogate pair":   {"\n{\"kind\": \"A\", \"metadata\": {\"name\": \"\\ud83d\\ude00\"}}\n", []string{"A 😀 2:1"}},
		"a typed List without kinds":   {"apiVersion: g/v1\nkind: BucketList\nitems:\n- metadata: {name: x}\n", []string{"Bucket x 4:20"}},
		"a kind that ends like a List": {"kind: AllowList\nmetadata: {name: x}\nspec: {items: []}\n", []string{"AllowList x 2:18"}},
		"a missing name":               {"kind: A\nmetadata:\n  labels: {}\n", []string{"A  2:1"}},
		"an empty name":                {"kind: A\nmetadata:\n  name:\n", []string{"A  3:3"}},
		"a name by merge":              {"kind: A\nbase: &b {name: x}\nmetadata:\n  <<: *b\n", []string{"A x 2:17"}},
		"no metadata":                  {"# first\nkind: A\n", []string{"A  2:1"}},
		"directives":                   {"%YAML 1.1\n# c\n---\nkind: A\nmetadata: {name: x}\n...\n%YAML 1.1\n---\nkind: B\n", []string{"A x 5:18", "B  9:1"}},
		"text after ---":               {"--- {kind: A, metadata: {name: x}}\n--- # c\nkind: B\n", []string{"A x 1:32", "B  3:1"}},
		"scalars and lists":            {"just text\n---\n- a\n---\n42\n---\nnull\n", nil},
		"only comments":                {"# nothing\n", nil},
		"nothing":                      {"", nil},
		"a plain return":               {"kind: A\r---\rkind: B\r", []string{"A  1:1", "B  3:1"}},
		"UTF-16, as PowerShell saves":  {utf16LE("kind: A\nmetadata: {name: x}\n"), []string{"A x 2:18"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, problems := readAll(c.text)
			if diff := cmp.Diff(c.want, got); diff != "" || len(problems) > 0 {
				t.Errorf("%s\nproblems: %q", diff, problems)
			}
		})
	}
}

func utf16LE(s string) string {
	b := []byte{0xFF, 0xFE}
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return string(b)
}

func TestOneBrokenDocumentDoesNotTakeTheOthersWithIt(t *testing.T) {
	objects, problems := readAll("kind: A\nmetadata: {name: x}\n---\nkind: [b\n---\na: b: c\n---\nkind: C\nmetadata: {name: z}\n")
	if diff := cmp.Diff([]string{"A x 2:18", "C z 9:18"}, objects); diff != "" {
		t.Error(diff)
	}
	if len(problems) != 2 || !strings.HasPrefix(problems[0], "f:4:9: ") || !strings.HasPrefix(problems[1], "f:6:5: ") {
		t.Errorf("problems: %q", problems)
	}
}
