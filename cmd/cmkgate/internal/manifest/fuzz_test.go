package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// FuzzDocuments holds that no bytes make the reader panic, that every position
// that it names is in the file, and that nothing of a supported kind is
// skipped.
func FuzzDocuments(f *testing.F) {
	for _, seed := range []string{
		"kind: A\nmetadata: {name: x}\n---\nkind: List\nitems: [{kind: B}]\n",
		"a: &a [*a]\n---\n<<: {a: b}\n",
		"{\"kind\":\t\"A\"}\n...\n%YAML 1.2\n---\nx",
		"{\"kind\": \"A\"}\n{\"kind\": \"B\", \"x\": \"\\ud83d\\ude00\"}",
		"\xff\xfek\x00:\x001\x00",
		"apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nkind: Bucket\nspec: [b\n",
		"apiVersion: \"s3.services.k\\x38s.aws/v1\"\nkind: Bucket\n",
		"kind: A\r\n--- # x\r\nkind: B\rx: y\u2028z: 1",
	} {
		f.Add([]byte(seed))
	}
	survey, err := NewFactReader("", "ack-system")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, lineBreak := range []string{"\r", "\u0085", "\u2028", "\u2029"} { // YAML counts these too
			lines += bytes.Count(data, []byte(lineBreak))
		}
		if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
			lines = len(data)
		}
		within := func(what string, line, column int) {
			if line < 1 || line > lines || column < 1 || column > len(data)+1 {
				t.Errorf("%s at %d:%d of %d lines", what, line, column, lines)
			}
		}
		var s Splitter
		for doc, problem := range s.Documents("f", 0, bytes.NewReader(data)) {
			if problem != nil {
				continue
			}
			parsed := doc.Parse()
			for i := range parsed.Objects {
				o := &parsed.Objects[i]
				if strings.HasSuffix(o.Group, apiGroups) && !doc.MayBeACK() {
					t.Errorf("an object of %s is skipped", o.Group)
				}
				for _, path := range []tree.Path{nil, {tree.Key("kind")}, {tree.Key("spec"), tree.Key("x")}} {
					line, column := o.Position(path)
					within("an object", line, column)
					o.End(line, column)
				}
			}
			for _, p := range parsed.Problems {
				within(p.Text, p.Line, p.Column)
			}
			survey.Facts(&parsed)
		}
	})
}
