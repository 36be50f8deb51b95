package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// listing is what an input holds: FILE:LINE of each document, or a problem.
func listing(in *Input) []string {
	var out []string
	var s Splitter
	for b := range in.Batches() {
		for doc, problem := range b.Documents(&s) {
			if problem != nil {
				out = append(out, problem.String())
				continue
			}
			out = append(out, fmt.Sprintf("%s:%d", doc.File, doc.Line+1))
		}
	}
	return out
}

func TestFoldersAreWalkedInOrder(t *testing.T) {
	writeFiles(t, map[string]string{
		"b/2.yaml": "b: 1\n---\nb: 2\n", "b/1.yml": "b: 1", "b/3.JSON": "{}", "b/note.txt": "x",
		"b/.git/x.yaml": "x", "b/..data/x.yaml": "x", "b/.argo/x.yaml": "x", "b/sub/a.yaml": "a: 1", "a.yaml": "a: 1", "b/.hidden.yaml": "h: 1",
	})
	for link, target := range map[string]string{"b/link.yaml": "../a.yaml", "b/loop": "..", "b/dangling.yaml": "absent"} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err)
		}
	}
	want := []string{
		"b/.argo/x.yaml:1", "b/.hidden.yaml:1", "b/1.yml:1", "b/2.yaml:1", "b/2.yaml:2", "b/3.JSON:1",
		"b/dangling.yaml: cannot be read: no such file or directory.", "b/link.yaml:1",
		"b/loop: is a link to a parent directory, so it is not followed. Remove it, or exclude it with --ignore loop.", "b/sub/a.yaml:1",
		"absent: cannot be read: no such file or directory.", "a.yaml:1", "b/note.txt:1", "stdin:1",
	}
	spool, err := NewSpool(strings.NewReader("x: 1"))
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{Paths: []string{"b", "absent", "a.yaml", "b/note.txt", Stdin}, Stdin: spool}
	for range 2 { // both passes of a check see the same
		if diff := cmp.Diff(want, listing(in)); diff != "" {
			t.Error(diff)
		}
	}
	for b := range in.Batches() { // nobody has to read to the end
		if b.File == "b/1.yml" {
			break
		}
	}
}

// TestLargeInputsAreShared holds that a large file and a long standard input
// come in several batches, which together hold what the whole holds.
func TestLargeInputsAreShared(t *testing.T) {
	var text strings.Builder
	var want []string
	for i := range 40000 {
		fmt.Fprintf(&text, "kind: Thing\nmetadata:\n  name: %s\nspec:\n  index: %d\n---\n", strings.Repeat("n", 80), i)
		want = append(want, fmt.Sprintf(":%d", i*6+max(1, min(i, 1))-min(i, 1)))
	}
	writeFiles(t, map[string]string{"large.yaml": text.String()})
	spool, err := NewSpool(strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	defer spool.Close()
	if spool.rest == nil {
		t.Error("all of a long standard input is in memory")
	}
	for _, path := range []string{"large.yaml", Stdin} {
		in := &Input{Paths: []string{path}, Stdin: spool}
		batches, first := 0, 0
		for b := range in.Batches() {
			batches++
			if b.First {
				first++
			}
		}
		if batches < 10 || first != 1 {
			t.Errorf("%s: %d batches, %d of them first", path, batches, first)
		}
		got := listing(in)
		if len(got) != len(want)+1 { // the last --- begins an empty document
			t.Fatalf("%s: %d documents, want %d", path, len(got), len(want)+1)
		}
		name := strings.TrimSuffix(strings.Replace(path, Stdin, stdinName, 1), "\n")
		for i := range want {
			if got[i] != name+want[i] {
				t.Fatalf("%s: document %d begins at %s, want %s", path, i, got[i], want[i])
			}
		}
	}
}

func TestADocumentThatIsTooLargeIsPassedOver(t *testing.T) {
	var s Splitter
	var got []string
	large := "kind: A\n---\nx: |\n" + strings.Repeat("  lorem ipsum no\n", maxDocument/17+2) + "---\nkind: C\n"
	for doc, problem := range s.Documents("f", 0, strings.NewReader(large)) {
		if problem != nil {
			got = append(got, problem.String())
			continue
		}
		got = append(got, string(doc.Data))
	}
	want := []string{"kind: A\n", "f:2:1: the document is larger than 16 MiB; split the List.", "---\nkind: C\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The YAML reader would need gigabytes for it.
func TestADocumentWithTooManyValuesIsNotParsed(t *testing.T) {
	doc := Document{File: "f", Line: 3, Data: []byte("apiVersion: s3.services.k8s.aws/v1alpha1\nx: [" + strings.Repeat("1,", maxMarks) + "]\n")}
	var got []string
	for _, p := range doc.ParseACK().Problems {
		got = append(got, p.String())
	}
	if diff := cmp.Diff([]string{"f:4:1: the document has more than a million values; split the List."}, got); diff != "" {
		t.Error(diff)
	}
}
