package ignore

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	args = append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)
	if out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", args, err, out)
	}
}

// TestTrackedIsWhatGitAdded reads indexes that git has written, in each of its versions.
func TestTrackedIsWhatGitAdded(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	files := []string{"a.yaml", "dir/a.yaml", "dir/b.txt", "dir/sub/" + strings.Repeat("long", 60) + ".yaml", "dir.yaml", "é.yaml"}
	for name, arrange := range map[string]func(dir string) (root string){
		"version 2": func(dir string) string { git(t, dir, "update-index", "--index-version=2"); return dir },
		"version 3": func(dir string) string { git(t, dir, "add", "-N", "-f", "later.yaml"); return dir },
		"version 4": func(dir string) string { git(t, dir, "update-index", "--index-version=4"); return dir },
		"a linked working tree": func(dir string) string {
			git(t, dir, "commit", "-qm", "x")
			tree := filepath.Join(t.TempDir(), "tree")
			git(t, dir, "worktree", "add", "-q", tree)
			return tree
		},
	} {
		dir := t.TempDir()
		git(t, dir, "init", "-q")
		for _, f := range append(slices.Clone(files), "later.yaml", "untracked.yaml") {
			write(t, filepath.Join(dir, f), "")
		}
		git(t, dir, append([]string{"add", "--"}, files...)...)
		tracked := ReadTracked(arrange(dir), func(s string) bool { return strings.HasSuffix(s, ".yaml") })
		for _, f := range files {
			if got, want := tracked.Holds(f, false), strings.HasSuffix(f, ".yaml"); got != want {
				t.Errorf("%s: %s: %t", name, f, got)
			}
		}
		if tracked.Holds("untracked.yaml", false) || !tracked.Holds("dir", true) || tracked.Holds("di", true) || !tracked.Holds("dir/sub", true) {
			t.Errorf("%s: %q", name, tracked.names)
		}
		if name == "version 3" && !tracked.Holds("later.yaml", false) {
			t.Error("an intent to add is not seen")
		}
	}
}

func TestAnIndexThatIsNotKnownHoldsEverything(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".git", "index"), "DIRC\x00\x00\x00\x09 of the future, with a trailer")
	if !ReadTracked(dir, func(string) bool { return true }).Holds("x", false) {
		t.Error("what Git may hold is passed over")
	}
	if ReadTracked(t.TempDir(), func(string) bool { return true }).Holds("x", false) {
		t.Error("a repository without an index holds something")
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01" + strings.Repeat("\x00", 62) + "\x00a\x00" + strings.Repeat("x", 20)))
	f.Fuzz(func(_ *testing.T, data []byte) {
		parseIndex(bytes.NewReader(data), 20, func(string) bool { return true })
	})
}
