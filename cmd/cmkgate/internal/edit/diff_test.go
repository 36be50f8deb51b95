package edit_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
)

func TestDiffShowsWholeLinesAndTheirNeighbors(t *testing.T) {
	before := "1\n2\n3\n4\n5\n6\n7\n8\n9\nA\nB\nC\nD"
	got := string(edit.Diff("x.yaml", []byte(before), []edit.Splice{{0, 1, "one"}, {4, 4, "new\n"}, {18, 20, ""}, {25, 25, "\nE"}}))
	want := `--- a/x.yaml
+++ b/x.yaml
@@ -1,5 +1,6 @@
-1
+one
 2
+new
 3
 4
 5
@@ -7,7 +8,7 @@
 7
 8
 9
-A
 B
 C
-D
\ No newline at end of file
+D
+E
\ No newline at end of file
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	if edit.Diff("x.yaml", []byte(before), nil) != nil {
		t.Error("a diff of nothing")
	}
}

// TestDiffIsWhatPatchTakes applies generated diffs with the real patch.
func TestDiffIsWhatPatchTakes(t *testing.T) {
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("needs patch")
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		before := randomText(rng, 60)
		splices := randomSplices(rng, len(before))
		after := edit.Apply(before, splices)
		if bytes.Equal(before, after) {
			continue
		}
		path := filepath.Join(dir, "x.yaml")
		if err := os.WriteFile(path, before, 0o600); err != nil {
			t.Fatal(err)
		}
		diff := edit.Diff("x.yaml", before, splices)
		cmd := exec.CommandContext(t.Context(), patch, "-p1", "--binary", "-d", dir)
		cmd.Stdin = bytes.NewReader(diff)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%d: %v: %s\n%s", i, err, out, diff)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, after) {
			t.Fatalf("%d: %v\n%q\nwant\n%q\n%s", i, err, got, after, diff)
		}
	}
}

func TestComposeIsOneRoundAfterTheOther(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		data := randomText(rng, 12)
		now, rounds := data, [][]edit.Splice(nil)
		for range 1 + rng.IntN(3) {
			splices := randomSplices(rng, len(now))
			rounds = append(rounds, splices)
			now = edit.Apply(now, splices)
		}
		composed := edit.Compose(len(data), rounds...)
		end := 0
		for _, s := range composed {
			if s.Start < end || s.End < s.Start {
				t.Fatalf("not in order: %v", composed)
			}
			end = s.End
		}
		if got := edit.Apply(data, composed); !bytes.Equal(got, now) {
			t.Fatalf("%q, %v: got %q, want %q by %v", data, rounds, got, now, composed)
		}
	}
}

func randomText(rng *rand.Rand, lines int) []byte {
	var b strings.Builder
	for range rng.IntN(lines) {
		b.WriteString([]string{"a\n", "bb\n", "\n", "ccc\r\n", "same\n"}[rng.IntN(5)])
	}
	b.WriteString([]string{"", "end"}[rng.IntN(2)])
	return []byte(b.String())
}

func randomSplices(rng *rand.Rand, size int) (out []edit.Splice) {
	for at := 0; at <= size; {
		start := at + rng.IntN(40)
		end := start + rng.IntN(6)
		if end > size {
			return out
		}
		out = append(out, edit.Splice{Start: start, End: end, Text: []string{"", "x", "new\n", "\nx", "two\nlines\n"}[rng.IntN(5)]})
		at = end + 1
	}
	return out
}
