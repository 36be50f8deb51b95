package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		name            string
		applied, stored string
		want            string
		changes         map[string]string
		lost            []string
	}{{
		name:    "the same",
		applied: `{a: {b: 1}}`,
		stored:  `{a: {b: 1}}`,
	}, {
		name:    "a leaf",
		applied: `{a: {b: 1}, z: 1}`,
		stored:  `{a: {b: 1, c: key}, z: 1}`,
		want: `
  spec:
    a:
+     c: key`,
		changes: map[string]string{"spec.a.c": "key"},
	}, {
		name:    "a tree",
		applied: `{}`,
		stored:  `{a: {rules: [{alg: kms, key: true}]}}`,
		want: `
  spec:
+   a:
+     rules:
+     - alg: kms
+       key: true`,
		changes: map[string]string{"spec.a.rules[0].alg": "kms", "spec.a.rules[0].key": "true"},
	}, {
		name:    "inside a list",
		applied: `{l: [{a: 1}, {a: 2}]}`,
		stored:  `{l: [{a: 1}, {a: 2, b: key}]}`,
		want: `
  spec:
    l:
    -
+     b: key`,
		changes: map[string]string{"spec.l[1].b": "key"},
	}, {
		name:    "what was written is lost",
		applied: `{a: 1, b: 2, l: [x]}`,
		stored:  `{a: 3, l: [z]}`,
		want: `
  spec:
-   a: 1
+   a: 3
-   b: 2
    l:
-   - x
+   - z`,
		changes: map[string]string{"spec.a": "3", "spec.l[0]": "z"},
		lost:    []string{"spec.a", "spec.b", "spec.l[0]"},
	}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := compare(parse(t, test.applied), parse(t, test.stored))
			if text := render(got.lines); text != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("want lines%s\ngot\n%s", test.want, text)
			}
			if !maps.Equal(got.changes, test.changes) {
				t.Errorf("want changes %v, got %v", test.changes, got.changes)
			}
			if !slices.Equal(got.lost, test.lost) {
				t.Errorf("want %v lost, got %v", test.lost, got.lost)
			}
		})
	}
}

func TestAgainst(t *testing.T) {
	got := compare(parse(t, `{a: 1}`), parse(t, `{right: x, wrong: y, extra: z}`))
	problems := got.against(map[string]string{"spec.right": "x", "spec.wrong": "x", "spec.absent": "x"})
	want := []string{
		"spec.absent should have been injected: x",
		"spec.wrong should be x",
		"spec.extra should not have been injected",
		"spec.a is not what the manifest says",
	}
	if !slices.Equal(problems, want) {
		t.Errorf("want %q\ngot  %q", want, problems)
	}
}

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := yaml.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func render(lines []line) string {
	rows := make([]string, len(lines))
	for i, line := range lines {
		rows[i] = string(line.sign) + " " + line.text
	}
	return strings.Join(rows, "\n")
}
