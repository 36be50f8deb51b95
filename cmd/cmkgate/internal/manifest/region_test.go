package manifest

import (
	"strings"
	"testing"
	"unicode/utf8"

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
		p := doc.Parse()
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
		"kind: A\nx:\n":                         "x", // the name, if there is no value
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

func TestProblemsStayInOneLine(t *testing.T) {
	p := Problem{File: "a\n::error::b\x1b", Line: 1, Column: 2, Text: "bad \x9b."}
	if got := p.String(); strings.ContainsAny(got, "\n\x1b") || !utf8.ValidString(got) || !strings.Contains(got, ":1:2: ") {
		t.Errorf("got %q", got)
	}
	if got := (Problem{File: "é.yaml", Text: "cannot be read."}).String(); got != "é.yaml: cannot be read." {
		t.Errorf("got %q", got)
	}
}
