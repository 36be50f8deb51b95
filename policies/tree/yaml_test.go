package tree

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/fixtures"
)

func fromYAML(doc string) (*Node, error) {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(doc), &n); err != nil {
		return nil, err
	}
	return FromYAML(&n)
}

func mustYAML(tb testing.TB, doc string) *Node {
	tb.Helper()
	n, err := fromYAML(doc)
	if err != nil {
		tb.Fatalf("%v in\n%s", err, doc)
	}
	return n
}

// agreesWithKubectl checks a document against what kubectl makes of it,
// number for number.
func agreesWithKubectl(t *testing.T, doc string) {
	t.Helper()
	want, wantErr := sigsyaml.YAMLToJSON([]byte(doc))
	n, err := fromYAML(doc)
	if (err == nil) != (wantErr == nil) {
		t.Errorf("%q: %v, and kubectl says %v", doc, err, wantErr)
		return
	}
	if err != nil {
		return
	}
	var wantValue, gotValue any
	got, err := json.Marshal(plain(n))
	if err != nil {
		t.Errorf("%q is no JSON: %v", doc, err)
		return
	}
	if json.Unmarshal(want, &wantValue) != nil || json.Unmarshal(got, &gotValue) != nil || !Equal(FromValue(wantValue), FromValue(gotValue)) {
		t.Errorf("%q is %s, and to kubectl %s", doc, got, want)
	}
}

func TestFromYAMLTypesScalarsAsKubectlDoes(t *testing.T) {
	for _, scalar := range []string{
		"y", "Y", "n", "N", "yes", "Yes", "YES", "yEs", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
		"true", "True", "TRUE", "tRUE", "false", "False", "FALSE",
		"'yes'", `"yes"`, "!!str yes", "!!bool yes", "!!bool off", "!!bool true", `!!bool "true"`,
		"~", "null", "Null", "NULL", "nULL", "nil", "'null'", "!!null ''", "!!str", "!!str ~",
		"0", "+5", "5", "5.", ".5", "-.5", "1.0", "1.50", "1e3", "1E3", "1e-3", "1_000", "0o14", "012", "08", "0x1F", "0b11", "1:30", "0x", "1e400",
		"111122223333", "012345678901", "0123456789018", "9223372036854775808", "99999999999999999999", "!!int \"5\"", "!!float 1", "'5'", "!!str 5",
		".inf", "-.inf", ".nan", "2020-01-01", "2020-01-01T00:00:00Z", "!!binary aGVsbG8=", "!!binary '%'", "!Ref foo", "=", "alias/aws/s3", "arn:aws:kms:eu-west-1:111122223333:key/x",
		`"\u0041\x42\n"`, "''", "'it''s'", "|-\n  a\n  b", ">\n  a\n  b",
	} {
		agreesWithKubectl(t, "a: "+scalar)
		agreesWithKubectl(t, "- "+scalar)
		if !strings.Contains(scalar, "\n") && !rewrittenByKubectl(scalar) {
			agreesWithKubectl(t, "? "+scalar+"\n: x")
		}
	}
}

// rewrittenByKubectl gives the numbers that kubectl writes in another way, or
// rounds to 32 bits, where they are field names. No object of ACK has such fields.
func rewrittenByKubectl(scalar string) bool {
	return strings.ContainsAny(scalar, ".eE") && strings.ContainsAny(scalar, "0123456789f.") && !strings.ContainsAny(scalar, "/'\"!") ||
		strings.HasPrefix(scalar, "01234") || len(scalar) >= 19 || scalar == ".nan"
}

func TestFromYAMLBuildsMapsAsKubectlDoes(t *testing.T) {
	for _, doc := range []string{
		"", "---\n", "# nothing\n", "{}", "[]", "--- text", "a:\n", "a: {b: [c, {d: e}]}",
		"a: 1\na: 2", "a: 1\n'a': 2",
		"[1]: a", "{a: b}: c", "null: a", "~: a",
		"x: &x [1]\nb: *x", "x: &x {k: 1}\nb: [*x, *x]", "&k a: 1\nb: *k", "a: &k k\nb: {*k : 1}", "b: *nowhere", "a: &x 1\nb: &x 2\nc: *x",
		// Merges, in the order of kubectl's reader.
		"<<: {a: 1}", "a: 1\n<<: {a: 2, b: 3}", "<<: {a: 2}\na: 1", "<<: {a: 1}\n<<: {a: 2}", "<<: {a: 1}\na: 2\n<<: {a: 3}\nb: 4",
		"p: &p {a: 1}\nq: &q {a: 2, b: 2}\nz: {<<: [*p, *q], c: 1}", "p: &p {a: 1}\nz:\n  <<: *p\n  a: 2",
		"<<:\n- {<<: {d: 1}}\n- {d: 2}", "<<: []", "<<: {}", "<<: [1]", "<<: text", "<<: null",
		"'<<': {a: 1}", "!!str <<: {a: 1}", "- <<",
		"!!set {a, b}", "a: !!omap [x: 1]", "a: !!map {b: c}", "a: !!seq [b]",
	} {
		agreesWithKubectl(t, doc)
	}
}

func TestFromYAMLReadsJSON(t *testing.T) {
	job := string(trainingJob(t))
	if !Equal(mustYAML(t, job), parse(t, job)) {
		t.Error("the same JSON document read as YAML differs")
	}
	agreesWithKubectl(t, job)
}

func TestFromYAMLAgreesWithKubectlOnTheRepositorysManifests(t *testing.T) {
	for _, f := range fixtures.All(t, "../testdata") {
		for doc := range strings.SplitSeq(f.Text, "\n---\n") {
			agreesWithKubectl(t, doc)
		}
	}
}

func TestFromYAMLPositionsPointAtTheValue(t *testing.T) {
	root := mustYAML(t, strings.TrimPrefix(`
# a comment
apiVersion: v1
spec:
  text: |
    block
  "quoted": 'x'
  list:
  - a
  -   b: c
  flow: {k: [1,   2]}
  nothing:
  base: &base
    one: 1
  alias: *base
  merged:
    <<: *base
    two: 2
`, "\n"))
	for path, want := range map[string][2]int{
		"":                {2, 1},
		"apiVersion":      {2, 13},
		"spec":            {4, 3},
		"spec.text":       {4, 9},
		"spec.quoted":     {6, 13},
		"spec.list":       {8, 3},
		"spec.list[0]":    {8, 5},
		"spec.list[1]":    {9, 7},
		"spec.list[1].b":  {9, 10},
		"spec.flow":       {10, 9},
		"spec.flow.k[1]":  {10, 19},
		"spec.nothing":    {11, 11},
		"spec.base.one":   {13, 10},
		"spec.alias":      {14, 10}, // where it is used,
		"spec.alias.one":  {13, 10}, // and its fields where they are written
		"spec.merged.one": {13, 10},
		"spec.merged.two": {17, 10},
	} {
		line, column := root.Find(MustPath(path)).Position()
		if line != want[0] || column != want[1] {
			t.Errorf("%s stands at %d:%d, want %d:%d", path, line, column, want[0], want[1])
		}
	}
}

func TestFromYAMLKeepsDuplicatesForThoseWhoComplain(t *testing.T) {
	n := mustYAML(t, "a: 1\nb: 2\na: 3")
	if n.Len() != 3 || n.Get("a").Text() != "3" {
		t.Errorf("%d fields, a = %s", n.Len(), n.Get("a").Text())
	}
	n = mustYAML(t, "<<: {a: 1}\na: 2\na: 3")
	if n.Len() != 2 || n.Get("a").Text() != "3" {
		t.Errorf("beside a merge: %d fields, a = %s", n.Len(), n.Get("a").Text())
	}
	n = mustYAML(t, "a: 1\n<<: {a: 2, b: 2}\nb: 3")
	if n.Len() != 2 || n.Get("a").Text() != "2" || n.Get("b").Text() != "3" {
		t.Errorf("what a merge overrides, or what overrides a merge, is no duplicate: %v", plain(n))
	}
}

func TestFromYAMLErrorsNameTheLine(t *testing.T) {
	for _, tt := range []struct{ doc, want string }{
		{"a: 1\n[b]: c", "line 2: a field name must be a string"},
		{"a: 1\n~: c", "line 2: a field name must be a string"},
		{"a: 1\n<<: [{}, 1]", "line 2: << merges a value of type number, want an object"},
		{"a: 1\nb: .inf", "line 2: JSON has no number .inf"},
		{"a: 1\nb: !!int x", `line 2: "x" is not a number`},
		{"a: 1\nb: !!binary '%'", "line 2: this is not base64: illegal base64 data at input byte 0"},
		{"a: &a\n  b: *a", "line 2: alias *a contains itself"},
		{"a: &a [1, [*a]]", "line 1: alias *a contains itself"},
		{"a: &a\n  b: &b {c: *a}", "line 2: alias *a contains itself"},
		{"a: &a\n  <<: *a", "line 2: alias *a contains itself"},
		{"a: &a\n  <<: [*a]", "line 2: alias *a contains itself"},
	} {
		n, err := fromYAML(tt.doc)
		if err == nil || err.Error() != tt.want || n != nil {
			t.Errorf("%q\n got %v\nwant %s", tt.doc, err, tt.want)
		}
	}
}

// Documents of a few lines that expand to more than any memory holds.
func TestFromYAMLRefusesBombs(t *testing.T) {
	var lists, maps, merges strings.Builder
	lists.WriteString("a0: &a0 [x]\n")
	maps.WriteString("a0: &a0 {k: x}\n")
	merges.WriteString("a0: &a0 {k: x}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&lists, "a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10))
		fmt.Fprintf(&maps, "a%d: &a%d {a: *a%d, b: *a%d}\n", i, i, i-1, i-1)
		fmt.Fprintf(&merges, "a%d: &a%d {<<: [*a%d, *a%d], k%d: x}\n", i, i, i-1, i-1, i)
	}
	var fields strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&fields, "f%d: 0, ", i)
	}
	wide := "a: &a {" + fields.String() + "}\nb: {<<: [" + strings.Repeat("*a, ", 1000) + "]}\n"
	for name, doc := range map[string]string{"lists": lists.String(), "maps": maps.String(), "merges": merges.String(), "wide merges": wide} {
		_, err := fromYAML(doc)
		if err == nil || !strings.Contains(err.Error(), "expand to more than 131072 values") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFromYAMLOfWideMergesIsLinear(t *testing.T) {
	var doc strings.Builder
	for _, name := range []string{"a", "b"} {
		fmt.Fprintf(&doc, "%s: &%s {", name, name)
		for i := range 60_000 {
			fmt.Fprintf(&doc, "%s%d: 0, ", name, i)
		}
		doc.WriteString("}\n")
	}
	doc.WriteString("c: {<<: [*a, *b]}\n")
	if n := mustYAML(t, doc.String()); n.Get("c").Len() != 120_000 {
		t.Errorf("%d fields", n.Get("c").Len())
	}
}

func TestFromYAMLOfNodesThatNoParserMade(t *testing.T) {
	for _, n := range []*yaml.Node{{}, {Kind: yaml.DocumentNode}} {
		if got, err := FromYAML(n); err != nil || got.Kind() != Null {
			t.Errorf("%v, %v", got, err)
		}
	}
}
