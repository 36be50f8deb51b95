package manifest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// parsed is the last object of a text.
func parsed(t *testing.T, text string) *Object {
	t.Helper()
	var last *Object
	var s Splitter
	for doc, problem := range s.Documents("f.yaml", 0, strings.NewReader(text)) {
		if problem != nil {
			t.Fatal(problem)
		}
		p := doc.parse()
		for i := range p.Objects {
			last = &p.Objects[i]
		}
	}
	if last == nil {
		t.Fatal("no object")
	}
	return last
}

func TestEndIsBehindTheValue(t *testing.T) {
	for text, want := range map[string]string{
		"kind: A\nx: alias/aws/s3\n":            "alias/aws/s3",
		"kind: A\nx: alias/aws/s3 # why\n":      "alias/aws/s3",
		"kind: A\nx: arn:aws:kms:a:b  \r\n":     "arn:aws:kms:a:b",
		"kind: A\nx: \"a \\\" b\" # c\n":        `"a \" b"`,
		"kind: A\nx: 'it''s # so'\n":            "'it''s # so'",
		"kind: A\nx: \"héllo\"\n":               `"héllo"`,
		"{kind: A, x: alias/aws/s3, y: z}\n":    "alias/aws/s3",
		"{\"kind\": \"A\",\n\"x\": true}\n":     "true",
		"{kind: A, x: alias/aws/s3}":            "alias/aws/s3",
		"kind: A\nx:\n":                         "x", // the name, where there is no value
		"kind: A\nx: a,b]\n":                    "a,b]",
		"--- {kind: B}\n---\nkind: A\nx: last":  "last",
		"kind: A\nx: |\n  some\n  more\n":       "|",
		"kind: A\nx: \"begins here\n  ends\"\n": `"begins here`,
	} {
		o := parsed(t, text)
		line, column := o.Position(tree.MustPath("x"))
		end := o.End(line, column)
		got := ""
		if end.Line == line {
			got = string([]rune(strings.Split(text, "\n")[line-1])[column-1 : end.Column-1])
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestChangesAreOnlyWhatIsPlain(t *testing.T) {
	set := func(path string, value any) policies.Edit {
		return policies.Edit{Path: tree.MustPath(path), Value: value}
	}
	for name, c := range map[string]struct {
		text  string
		edits []policies.Edit
		want  string // the text afterwards, "" where there is no plain change
	}{
		"a value":                   {"kind: A\nx: old # c\n", []policies.Edit{set("x", "new")}, "kind: A\nx: new # c\n"},
		"a value that needs quotes": {"kind: A\nx: old\n", []policies.Edit{set("x", "true")}, "kind: A\nx: \"true\"\n"},
		"a quoted value":            {"kind: A\nx: 'old'\n", []policies.Edit{set("x", "new")}, "kind: A\nx: \"new\"\n"},
		"no value":                  {"kind: A\nx: # c\ny: 1\n", []policies.Edit{set("x", "new")}, "kind: A\nx: new # c\ny: 1\n"},
		"null":                      {"kind: A\nx: null\n", []policies.Edit{set("x", true)}, "kind: A\nx: true\n"},
		"a field":                   {"kind: A\nspec:\n  # c\n  a: 1\n", []policies.Edit{set("spec.x", "new")}, "kind: A\nspec:\n  # c\n  x: new\n  a: 1\n"},
		"a field in a list":         {"kind: A\nl:\n- a: 1\n", []policies.Edit{set("l[0].x", "new")}, "kind: A\nl:\n- x: new\n  a: 1\n"},
		"fields with their parents": {
			"kind: A\nspec:\n  a: 1\n", []policies.Edit{set("spec.l[0].x", "new"), set("spec.l[0].y", true)},
			"kind: A\nspec:\n  l:\n    - x: new\n      y: true\n  a: 1\n",
		},
		"a field in braces":      {"kind: A\nspec: {a: 1}\n", []policies.Edit{set("spec.b.x", "new")}, "kind: A\nspec: {\"b\": {\"x\": \"new\"}, a: 1}\n"},
		"CRLF":                   {"kind: A\r\nspec:\r\n  a: 1\r\n", []policies.Edit{set("spec.x", "new")}, "kind: A\r\nspec:\r\n  x: new\r\n  a: 1\r\n"},
		"a field that goes":      {"kind: A\nspec:\n  x: 1 # c\n  a: 1\n", []policies.Edit{set("spec.x", nil)}, ""},
		"a line that goes":       {"kind: A\nspec:\n  x: 1\n  a: 1\n", []policies.Edit{set("spec.x", nil)}, "kind: A\nspec:\n  a: 1\n"},
		"the only field goes":    {"kind: A\nspec:\n  x: 1\n", []policies.Edit{set("spec.x", nil)}, ""},
		"an anchor":              {"kind: A\nspec: &s\n  a: 1\nt: *s\n", []policies.Edit{set("spec.x", "new")}, ""},
		"an alias":               {"kind: A\nspec: &s\n  a: 1\nt: *s\n", []policies.Edit{set("t.x", "new")}, ""},
		"a value with an anchor": {"kind: A\nx: &x old\ny: *x\n", []policies.Edit{set("x", "new")}, ""},
		"a merge key":            {"kind: A\nb: &b {c: {d: 1}}\nspec:\n  <<: *b\n", []policies.Edit{set("spec.c.x", "new")}, ""},
		"a block of text":        {"kind: A\nx: |\n  old\n", []policies.Edit{set("x", "new")}, ""},
		"text of two lines":      {"kind: A\nx: \"old\n  text\"\n", []policies.Edit{set("x", "new")}, ""},
		"an empty map":           {"kind: A\nspec: {}\n", []policies.Edit{set("spec.x", "new")}, ""},
		"a second element":       {"kind: A\nl: [{a: 1}]\n", []policies.Edit{set("l[1].x", "new")}, ""},
		"text in a text":         {"kind: A\nx: '{}'\n", []policies.Edit{{Path: tree.MustPath("x"), Within: tree.MustPath("a"), Value: "b"}}, ""},
		"one plain, one not":     {"kind: A\nx: old\nspec: {}\n", []policies.Edit{set("x", "new"), set("spec.x", "new")}, ""},
	} {
		got := ""
		if changes := parsed(t, c.text).Changes(c.edits); len(changes) > 0 {
			got = applied(c.text, changes)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// applied makes changes that follow each other.
func applied(text string, changes []Change) string {
	var b strings.Builder
	line, column := 1, 1
	rest := text
	skip := func(to Place) string {
		begin := rest
		for (line < to.Line || line == to.Line && column < to.Column) && rest != "" {
			if rest[0] == '\n' {
				line, column = line+1, 0
			}
			column++
			rest = rest[1:]
		}
		return begin[:len(begin)-len(rest)]
	}
	for _, c := range changes {
		b.WriteString(skip(c.Begin))
		skip(c.End)
		b.WriteString(c.Text)
	}
	return b.String() + rest
}

func TestProblemsStayInOneLine(t *testing.T) {
	p := Problem{File: "a\n::error::b\x1b", Line: 1, Column: 2, Text: "bad \x9b."}
	if got := p.String(); strings.ContainsAny(got, "\n\x1b") || !utf8.ValidString(got) || !strings.Contains(got, ":1:2: ") {
		t.Errorf("got %q", got)
	}
	if got := (Problem{File: "é.yaml", Text: "cannot be read."}).String(); got != "é.yaml: cannot be read." {
		t.Errorf("got %q", got)
	}
}
