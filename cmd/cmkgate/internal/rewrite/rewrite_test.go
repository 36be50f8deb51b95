package rewrite_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/rewrite"
)

const victim = "CMKGATE_TEST_REWRITE"

// TestMain is also the process that is killed: it replaces one content by the
// other for as long as it lives.
func TestMain(m *testing.M) {
	path := os.Getenv(victim)
	if path == "" {
		os.Exit(m.Run())
	}
	for i := 0; ; i++ {
		if err := rewrite.File(path, content(i), content(i+1)); err != nil {
			panic(err)
		}
		os.Stdout.WriteString(".")
	}
}

func content(i int) []byte { return bytes.Repeat([]byte{"ab"[i%2]}, 1<<18) }

func TestAKilledProcessLeavesNoHalfWrittenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "job.yaml")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	leftovers := 0
	for range 25 {
		if err := os.WriteFile(path, content(0), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), victim+"="+path)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := stdout.Read(make([]byte, 1)); err != nil {
			t.Fatal(err) // it must have begun
		}
		time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, content(0)) && !bytes.Equal(got, content(1)) {
			t.Fatalf("%v, %d bytes that begin with %.10q and end with %.10q", err, len(got), got, got[max(len(got)-10, 0):])
		}
		leftovers += sweep(t, path)
	}
	t.Logf("%d times a temporary file was left", leftovers)
}

// sweep removes temporary files, and fails where one is not known as such by its name.
func sweep(t *testing.T, path string) (n int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == filepath.Base(path) {
			continue
		}
		if !strings.HasPrefix(e.Name(), ".job.yaml.cmkgate-fix") {
			t.Errorf("%s was left", e.Name())
		}
		n++
		os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
	}
	return n
}

func TestModeAndLinksAreKept(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "job.yaml"), filepath.Join(dir, "link.yaml")
	if err := os.WriteFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o751); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("job.yaml", link); err != nil {
		t.Fatal(err)
	}
	if err := rewrite.File(link, []byte("a"), []byte("b")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o751 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if to, err := os.Readlink(link); err != nil || to != "job.yaml" {
		t.Errorf("the link is %q, %v", to, err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "b" {
		t.Errorf("%q, %v", got, err)
	}
	if n := len(entries(t, dir)); n != 2 {
		t.Errorf("%d files", n)
	}
}

func TestWhatSomebodyElseWroteStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "job.yaml")
	if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rewrite.File(path, []byte("a"), []byte("b")); !errors.Is(err, rewrite.ErrChanged) {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "theirs" {
		t.Errorf("%q, %v", got, err)
	}
	if n := len(entries(t, filepath.Dir(path))); n != 1 {
		t.Errorf("%d files", n)
	}
}

// TestAFileOfTwoNamesIsWrittenOnce holds that the second of them is no conflict.
func TestAFileOfTwoNamesIsWrittenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "job.yaml")
	if err := os.WriteFile(path, []byte("b"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rewrite.File(path, []byte("a"), []byte("b")); err != nil {
		t.Error(err)
	}
	if n := len(entries(t, filepath.Dir(path))); n != 1 {
		t.Errorf("%d files", n)
	}
}

// TestWhatAKilledProcessLeftIsRemoved holds where it can leave only one name.
func TestWhatAKilledProcessLeftIsRemoved(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs files without names")
	}
	dir := t.TempDir()
	path, leftover := filepath.Join(dir, "job.yaml"), filepath.Join(dir, ".job.yaml.cmkgate-fix")
	for _, age := range []time.Duration{time.Hour, 0} {
		for _, name := range []string{path, leftover} {
			if err := os.WriteFile(name, []byte("a"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(leftover, then, then); err != nil {
			t.Fatal(err)
		}
		if err := rewrite.File(path, []byte("a"), []byte("b")); err != nil {
			t.Fatal(err)
		}
		_, err := os.Lstat(leftover)
		if got, readErr := os.ReadFile(path); readErr != nil || string(got) != "b" || (err == nil) != (age == 0) {
			t.Errorf("age %v: %q, %v, %v", age, got, readErr, err)
		}
		os.Remove(leftover)
		if n := len(entries(t, dir)); n != 1 {
			t.Errorf("%d files", n)
		}
	}
}

// TestPiecesComeTogether holds that a file is compared as a whole, however it came.
func TestPiecesComeTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "job.yaml")
	for _, tt := range []struct {
		there string
		err   error
		want  string
	}{{"abcd", nil, "aBcD"}, {"aBcD", nil, "aBcD"}, {"abcde", rewrite.ErrChanged, "abcde"}, {"ab", rewrite.ErrChanged, "ab"}} {
		if err := os.WriteFile(path, []byte(tt.there), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := rewrite.Begin(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range [][2]string{{"ab", "aB"}, {"", ""}, {"cd", "cD"}} {
			if err := r.Add([]byte(piece[0]), []byte(piece[1])); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Commit(); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", tt.there, err)
		}
		r.Discard()
		if got, err := os.ReadFile(path); err != nil || string(got) != tt.want {
			t.Errorf("%s became %q, %v", tt.there, got, err)
		}
	}
	if n := len(entries(t, filepath.Dir(path))); n != 1 {
		t.Errorf("%d files", n)
	}
}

func TestWhatCannotBeWrittenIsTold(t *testing.T) {
	err := rewrite.File(filepath.Join(t.TempDir(), "absent.yaml"), nil, nil)
	if err == nil || !strings.Contains(err.Error(), "cannot be written, and is unchanged: no such file") {
		t.Errorf("got %v", err)
	}
	if err := rewrite.File(os.DevNull, nil, nil); err == nil || !strings.Contains(err.Error(), "it is not a file. To get the fixed stream") {
		t.Errorf("got %v", err)
	}
	if os.Getuid() == 0 {
		return // root may write everywhere
	}
	path := filepath.Join(t.TempDir(), "job.yaml")
	if err := os.WriteFile(path, []byte("a"), 0o400); err != nil {
		t.Fatal(err)
	}
	if err := rewrite.File(path, []byte("a"), []byte("b")); err == nil || !strings.Contains(err.Error(), "permission denied. Make the file") {
		t.Errorf("got %v", err)
	}
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
