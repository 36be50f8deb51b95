package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies/tree"
)

func readAll(text string) (objects, problems []string) {
	var s Splitter
	Read(&s, "f", strings.NewReader(text), Visitor{
		Object: func(o *Object) {
			line, column := o.Position(tree.MustPath("metadata.name"))
			objects = append(objects, fmt.Sprintf("%s %s %d:%d", o.Kind, o.Name, line, column))
		},
		Problem: func(p Problem) { problems = append(problems, p.String()) },
	})
	return objects, problems
}

func TestReadFindsObjectsAndTheirPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"one document":                {"kind: A\nmetadata:\n  name: x\n", []string{"A x 3:9"}},
		"several documents":           {"kind: A\nmetadata: {name: x}\n---\nkind: B\nmetadata: {name: w}\n", []string{"A x 2:18", "B w 5:18"}},
		"empty documents, comments":   {"---\n# nothing\n---\n---\nkind: A\nmetadata: {name: x}\n---\n", []string{"A x 6:18"}},
		"CRLF":                        {"kind: A\r\nmetadata:\r\n  name: x\r\n", []string{"A x 3:9"}},
		"a byte order mark":           {"\ufeffkind: A\nmetadata:\n  name: x\n", []string{"A x 3:9"}},
		"JSON with tabs":              {"{\n\t\"kind\": \"A\",\n\t\"metadata\": {\"name\": \"x\"}\n}\n", []string{"A x 3:23"}},
		"a List":                      {"kind: List\nitems:\n- kind: A\n  metadata: {name: x}\n- {kind: B, metadata: {name: w}}\n", []string{"A x 4:20", "B w 5:30"}},
		"a typed List inside of one":  {"kind: List\nitems:\n- kind: BucketList\n  items:\n  - {kind: Bucket, metadata: {name: x}}\n", []string{"Bucket x 5:37"}},
		"anchors":                     {"kind: A\nmetadata: &m\n  name: x\nother: *m\n", []string{"A x 3:9"}},
		"escapes in the kind":         {"kind: \"\\x41\"\nmetadata: {name: x}\n", []string{"A x 2:18"}},
		"--- inside of a block text":  {"kind: A\nmetadata: {name: x}\ndata: |\n  ---\n  b\n", []string{"A x 2:18"}},
		"no final newline":            {"kind: A\nmetadata: {name: x}", []string{"A x 2:18"}},
		"UTF-16, as PowerShell saves": {utf16LE("kind: A\nmetadata: {name: x}\n"), []string{"A x 2:18"}},
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
	if len(problems) != 2 || !strings.HasPrefix(problems[0], "f:4:1: ") || !strings.HasPrefix(problems[1], "f:6:1: ") {
		t.Errorf("problems: %q", problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("kind: A\nmetadata: {name: x}\n---\nkind: List\nitems: [{kind: B}]\n"))
	f.Add([]byte("a: &a [*a]\n---\n<<: {a: b}\n"))
	f.Add([]byte("{\"kind\":\t\"A\"}\n...\n%YAML 1.2\n---\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Splitter
		lines := bytes.Count(data, []byte("\n")) + 2
		Read(&s, "f", bytes.NewReader(data), Visitor{
			Object: func(o *Object) {
				if line, column := o.Position(nil); line < 0 || line > 2*lines || column < 0 {
					t.Errorf("an object at %d:%d of %d lines", line, column, lines)
				}
			},
			Problem: func(p Problem) {
				if p.Line < 0 || p.Text == "" {
					t.Errorf("a problem without place or text: %+v", p)
				}
			},
		})
	})
}
