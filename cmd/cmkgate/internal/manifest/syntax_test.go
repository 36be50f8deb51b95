package manifest

import (
	"strings"
	"testing"
)

// TestSyntaxProblemsNameThePlace holds that a problem points at the line in
// which a person has to change something, and at a column near it.
func TestSyntaxProblemsNameThePlace(t *testing.T) {
	for text, want := range map[string]string{
		"a: b: c\n":              "1:5",
		"a: 1\nb: [1, 2\nc: 3\n": "2:1",
		"a:\n  b: 1\n c: 2\n":    "3:3",
		"a: 1\n\tb: 2\n":         "2:2",
		"a: 2\nb: \"x\nc: 1\n":   "2:1",
		"b: 1\na: *foo\n":        "2:4",
		"a: 1\nb\nc: 2\n":        "2:1",
		"a: @x\nb: 1\n":          "1:4",
		"a: 1\n- b\n":            "2:4",
		"a: \"\\q\"\n":           "1:5",
		"a: 1\nb: \x01\n":        "2:4",
		"a: 1\nb: \"\xff\"\n":    "2:5",
		"kind: X\nspec:\n  a: 1\n   b: 2\n  c: 3\n":     "4:5",
		"kind: X\nmetadata:\n  name: a\nspec: }\n":      "4:8",
		"a: |\n x\n  y\nz\nb: 1\n":                      "4:1",
		"a: ä: b\n":                                     "1:5",
		"{\"a\": 1,\n \"b\": [1,}\n":                    "2:11",
		"a: 1\n---\nb: 2\n---\na: b: c\n":               "5:5",
		"a: 1\r\nb: 2\r\n c: 3\r\n":                     "3:3",
		"x: 1\n" + strings.Repeat("# no\n", 99) + "- 1": "101:4",
	} {
		_, problems := readAll(text)
		if len(problems) != 1 || !strings.HasPrefix(problems[0], "f:"+want+": cannot be parsed: ") {
			t.Errorf("%q: got %q, want one at %s", text, problems, want)
		}
	}
}

// TestSyntaxProblemOfALargeDocument holds that looking for the place does not
// take time that goes with the square of the size.
func TestSyntaxProblemOfALargeDocument(t *testing.T) {
	_, problems := readAll(strings.Repeat("a: 1\n", 200000) + "b: [\n")
	if len(problems) != 1 || !strings.Contains(problems[0], "cannot be parsed") {
		t.Errorf("got %q", problems)
	}
}

func TestDuplicates(t *testing.T) {
	long := strings.Builder{}
	for i := range 50 {
		long.WriteString("  k" + strings.Repeat("x", i) + ": 1\n")
	}
	const ack = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\n"
	for text, want := range map[string]string{
		ack + "spec:\n  a: 1\n  b: 2\n  a: 3\n":                                                             `f:6:3: "a" is a duplicate key in this object, first on line 4`,
		ack + "spec:\n  - b: 1\n    b: 2\n":                                                                 `f:5:5: "b" is a duplicate key in this object, first on line 4`,
		ack + "spec:\n" + long.String() + "  kx: 2\n":                                                       `f:54:3: "kx" is a duplicate key in this object, first on line 5`,
		ack + "a: &a {x: 1}\nb: {<<: *a, x: 2}\nc: {<<: *a}\n":                                              "",
		"kind: ConfigMap\ndata:\n  a: 1\n  a: 2\n":                                                          "",
		"kind: List\nitems:\n- " + "kind: A\n  a: 1\n  a: 1\n":                                              "",
		"kind: List\nmetadata: {}\nmetadata: {}\nitems:\n- " + strings.ReplaceAll(ack, "\n", "\n  ") + "\n": `f:3:1: "metadata" is a duplicate key`,
	} {
		_, problems := readAll(text)
		if got := strings.Join(problems, "\n"); (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s\ngot %q, want %q", text, got, want)
		}
	}
}

func TestAnotherEncodingIsToldWithItsRemedy(t *testing.T) {
	_, problems := readAll("kind: A\nmetadata: {name: lat\xe9n}\n---\nkind: B\n")
	if len(problems) != 1 || !strings.HasPrefix(problems[0], "f:2:") || !strings.Contains(problems[0], "Save the file as UTF-8.") {
		t.Errorf("got %q", problems)
	}
}

// TestWhatKubectlReadsOtherwiseIsTold is about what the YAML reader here takes for
// something else, silently, or puts somewhere else.
func TestWhatKubectlReadsOtherwiseIsTold(t *testing.T) {
	const bucket = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\n"
	for text, want := range map[string]string{
		"a: 1\n---\n\ufeff" + bucket:            "f:3:1: this line begins with a byte order mark. kubectl ignores it at the beginning of a document; other tools treat it as part of the name. Remove it.",
		bucket + "x: &x {a: b}\n! \"<<\": *x\n": "f:4:1: kubectl treats this as a merge key although it is quoted; other tools treat it as a field. Write <<: without tag and quotes.",
		"%YAML 1.2\n---\n" + bucket:             "f:1:1: kubectl supports only YAML 1.1. Remove the line that begins with %YAML.",
	} {
		if _, problems := readAll(text); len(problems) != 1 || problems[0] != want {
			t.Errorf("%q: got %q, want %q", text, problems, want)
		}
	}
}
