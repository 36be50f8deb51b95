package tree

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/test/fixtures"
)

// sameTree compares everything, positions included.
func sameTree(a, b *Node) bool {
	if a.kind != b.kind || a.key != b.key || a.Text() != b.Text() || a.line != b.line || a.column != b.column || len(a.children) != len(b.children) {
		return false
	}
	for i := range a.children {
		if !sameTree(&a.children[i], &b.children[i]) {
			return false
		}
	}
	return true
}

// readAlike fails where the plain reader takes a text for something else than the YAML reader does.
func readAlike(t *testing.T, text string) (plain bool) {
	t.Helper()
	got, ok := ParsePlain(text)
	if !ok {
		return false
	}
	var doc yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&doc); err != nil {
		t.Fatalf("the YAML reader refuses what the plain reader takes: %v in\n%s", err, text)
	}
	want, err := FromYAML(&doc)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if !sameTree(got, want) {
		t.Fatalf("the plain reader reads\n%+v\nand the YAML reader\n%+v\nin\n%s", *got, *want, text)
	}
	names, _ := PlainNames(text)
	sameYAML(t, PlainYAML(text, got, names), doc.Content[0], text)
	if decoder.Decode(&doc) == nil {
		t.Fatalf("there is a second document in\n%s", text)
	}
	return true
}

// sameYAML compares everything but comments.
func sameYAML(t *testing.T, got, want *yaml.Node, text string) {
	t.Helper()
	if got.Kind != want.Kind || got.Value != want.Value || got.Style != want.Style || got.Tag != want.Tag ||
		got.Line != want.Line || got.Column != want.Column || len(got.Content) != len(want.Content) {
		t.Fatalf("the plain reader makes\n%+v\nand the YAML reader\n%+v\nin\n%s", *got, *want, text)
	}
	for i := range got.Content {
		sameYAML(t, got.Content[i], want.Content[i], text)
	}
}

// What the plain reader reads, and the trees of which must be those of the YAML reader.
var plainTexts = []string{
	"a: b\n",
	"a: b",
	"---\na: b\n",
	"--- # first\n# second\n\na: b # third\n  # fourth\n",
	"a:\nb:\n  c:\n",
	"a:\n- b\n- c\nd: e\n",
	"a:\n  - b\n  - c\nd: e\n",
	"a:\n- b: c\n  d: e\n-   f: g\n    h:\n    - i\n    j:\n      k: l\n- \n-\n- m\n",
	"a:\n- - b\n  - c\n- - - d\n    - e: f\n      g: h\n",
	"- a\n- b: c\n",
	"a: 1\nb: -1\nc: 1.5\nd: 0x1F\ne: 0777\nf: 1_000\ng: 1e3\nh: .5\ni: 12345678901234567890\nj: 2001-01-01\nk: 0\nl: 00\n",
	"a: yes\nb: no\nc: on\nd: off\ne: true\nf: FALSE\ng: null\nh: ~\ni: y\nj: n\nk: never\nl: <<\nm: <none>\n",
	"a: \"b\"\nb: 'c'   # x\nc: \"\"\nd: ''\ne: \"yes\"\nf: '#'\n",
	"a: {}\nb: []  # x\n",
	"a: b#c\nb: b #c\nc: a:b\nd: http://x/y?z=1&w=2\ne: a, b [c] {d}\n",
	"a:  b  c  \n",
	"services.k8s.aws/region: eu-west-1\na_b-c.d/e: f\n",
	"a:\n    b:\n     c: d\n    e: f\n",
	"a: $(b)\nb: ${C}\nc: -x\nd: /opt/ml\ne: ../f\n",
	"\n\n  # x\na: b\n\n\n",
}

func TestThePlainReaderReadsWhatTheYAMLReaderReads(t *testing.T) {
	for _, text := range plainTexts {
		if !readAlike(t, text) {
			t.Errorf("the plain reader gives up on\n%s", text)
		}
	}
}

func TestThePlainReaderGivesUpOnWhatIsNotPlain(t *testing.T) {
	for _, text := range []string{
		"", "\n", "# x\n", "a\n", "\"a\": b\n", "a: b\r\n", "a:\tb\n", "a: é\n", "a: b\n---\nc: d\n", "a: b\n...\n", "%YAML 1.2\n---\na: b\n",
		"a: b\na: c\n", "a: &x b\n", "a: *x\n", "a: !!str b\n", "a: |\n  b\n", "a: >-\n  b\n", "a: {b: c}\n", "a: [b]\n", "? a\n: b\n",
		"a: b\n  c\n", "a: \"b\n  c\"\n", "a: \"b\\n\"\n", "a: 'it''s'\n", "<<: a\n", "yes: b\n", "null: b\n", "1: b\n", "a b: c\n",
		"a: b: c\n", "a: b:\n", "a:\n  b: c\n d: e\n", "a:\n  - b\n  c: d\n", "- a\nb: c\n", "a: - b\n", "a: @b\n", "a: `b\n", "a: %b\n",
		"a: \"b\" c\n", "a:b\n", "--- a: b\n", "  a: b\nc: d\n", "a: b\n c: d\n", "- a\n - b\n", "a: .\n  .\n", "a: [\n", "a:\n  b\n",
		"- - a\n - b\n", "a:\n- b\n  c\n", "a: .inf\n", strings.Repeat("- ", 200) + "a\n",
	} {
		if n, ok := ParsePlain(text); ok {
			t.Errorf("the plain reader takes\n%s\nfor %+v", text, *n)
		}
	}
}

func TestThePlainReaderReadsSamplesAsTheYAMLReaderDoes(t *testing.T) {
	read, all := 0, 0
	for _, f := range fixtures.All(t, "../testdata") {
		text := f.Text
		if fixed, ok := f.Want(fixtures.Fixed); ok {
			text += "\n---\n" + fixed
		}
		for document := range strings.SplitSeq(text, "\n---\n") {
			all++
			if readAlike(t, document) {
				read++
			}
		}
	}
	// The samples are written tightly, with maps in a line, which people's manifests seldom are.
	if read < all/10 {
		t.Errorf("the plain reader reads %d of %d samples", read, all)
	}
}

// FuzzParsePlain checks the plain reader against the YAML reader.
func FuzzParsePlain(f *testing.F) {
	for _, text := range plainTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { readAlike(t, text) })
}
