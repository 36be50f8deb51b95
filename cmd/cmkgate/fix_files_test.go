package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fixFolder makes the working directory one with a configuration.
func fixFolder(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	write(t, "cmkgate.yaml", fixConfig)
	return dir
}

// many is a file that is read in pieces.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "# job %d\n%s---\n", i, strings.Replace(notebook, "name: nb", fmt.Sprintf("name: nb-%d\n  annotations: {pad: %s}", i, strings.Repeat("x", 300)), 1))
	}
	return strings.TrimSuffix(b.String(), "---\n")
}

func fixed1(in string) string { return strings.ReplaceAll(in, roleLine, roleLine+keyLine) }

// TestDiffIsWhatWriteWrites applies the diff with git and with patch.
func TestDiffIsWhatWriteWrites(t *testing.T) {
	fixFolder(t)
	files := map[string]string{
		"a b.yaml": notebook, "sub dir/ünï/ x.yaml": notebook, "q\"uo\\te.yaml": notebook, "tab\tname.yaml": notebook,
		"nofinal.yaml": strings.TrimSuffix(notebook, "\n"), "crlf.yaml": strings.ReplaceAll(notebook, "\n", "\r\n"),
		"cr.yaml": strings.ReplaceAll(notebook, "\n", "\r"), "bom.yaml": "\uFEFF" + notebook, "many.yaml": many(3000),
	}
	for name, text := range files {
		write(t, name, text)
	}
	if err := os.Symlink("sub dir", "link"); err != nil {
		t.Fatal(err)
	}
	var diff bytes.Buffer
	run([]string{"fix", "--diff", "link", "."}, nil, &diff, io.Discard)
	if code := run([]string{"fix", "--write", "."}, nil, io.Discard, io.Discard); code != exitClean {
		t.Fatalf("exit code %d", code)
	}
	want := map[string]string{}
	for name := range files {
		want[name] = read(t, name)
		if want[name] == files[name] {
			t.Errorf("%s is as it was", name)
		}
	}
	for _, command := range [][]string{{"git", "apply", "--whitespace=nowarn", "-"}, {"patch", "-p1", "--binary"}} {
		t.Run(command[0], func(t *testing.T) {
			program, err := exec.LookPath(command[0])
			if err != nil {
				t.Skipf("needs %s", command[0])
			}
			for name, text := range files {
				write(t, name, text)
			}
			cmd := exec.CommandContext(t.Context(), program, command[1:]...)
			cmd.Stdin = bytes.NewReader(diff.Bytes())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %.2000s", err, out)
			}
			for name := range files {
				if got := read(t, name); got != want[name] {
					t.Errorf("%s became %.300q, want %.300q", name, got, want[name])
				}
			}
		})
	}
}

// TestAFileIsFixedOnceHoweverOftenItIsNamed also holds that the diff names files as
// git finds them: from the working directory, and not through links.
func TestAFileIsFixedOnceHoweverOftenItIsNamed(t *testing.T) {
	dir := fixFolder(t)
	write(t, "real/x.yaml", notebook)
	for from, to := range map[string]string{"real": "link", "real/x.yaml": "y.yaml"} {
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	paths := []string{"y.yaml", "link", "real/x.yaml", "./real/../real/x.yaml", filepath.Join(dir, "real"), "."}
	var stdout bytes.Buffer
	run(append([]string{"fix", "--diff"}, paths...), nil, &stdout, io.Discard)
	if got := stdout.String(); strings.Count(got, "+++ ") != 1 || !strings.HasPrefix(got, "--- a/real/x.yaml\n+++ b/real/x.yaml\n") {
		t.Errorf("got\n%s", got)
	}
	stdout.Reset()
	if code := run(append([]string{"fix", "--write"}, paths...), nil, &stdout, io.Discard); code != exitClean || strings.Count(stdout.String(), "fixed") != 1 {
		t.Errorf("exit code %d\n%s", code, &stdout)
	}
	if got := read(t, "real/x.yaml"); got != fixed1(notebook) {
		t.Errorf("got\n%s", got)
	}
	t.Chdir("real")
	write(t, "../other.yaml", notebook)
	stdout.Reset()
	run([]string{"fix", "../other.yaml"}, nil, &stdout, io.Discard)
	if want := "+++ b" + filepath.ToSlash(dir) + "/other.yaml\n"; !strings.Contains(stdout.String(), want) {
		t.Errorf("what lies elsewhere is not named from the root: want %q in\n%s", want, &stdout)
	}
}

// TestALargeFileIsFixedInPieces compares with the file as one piece: content,
// diff, and the lines that findings are reported with.
func TestALargeFileIsFixedInPieces(t *testing.T) {
	fixFolder(t)
	in := many(4000)
	in += "---\n" + strings.Replace(notebook, "roleARN", "instanceType: ml.t3.large\n  roleARN", 1)
	want := fixed1(strings.TrimSuffix(in, roleLine)) + roleLine
	var stdout, stderr bytes.Buffer
	if code := run([]string{"fix", "-"}, strings.NewReader(in), &stdout, &stderr); code != exitBadInput || stdout.String() != want {
		t.Errorf("exit code %d, %d bytes instead of %d: %.2000s", code, stdout.Len(), len(want), &stderr)
	}
	line := strings.Count(want, "\n") - 1
	told := fmt.Sprintf(":%d:3: \"instanceType\" is a duplicate key in this object, first on line %d", line, line-1)
	if !strings.Contains(stderr.String(), "stdin"+told) {
		t.Errorf("want %q in\n%.2000s", told, &stderr)
	}
	write(t, "x.yaml", in)
	stdout.Reset()
	stderr.Reset()
	if code := run([]string{"fix", "--write", "x.yaml"}, nil, &stdout, &stderr); code != exitBadInput || read(t, "x.yaml") != want {
		t.Errorf("exit code %d: %.2000s", code, &stderr)
	}
	if n := strings.Count(stdout.String(), ": fixed: "); n != 4000 || !strings.Contains(stderr.String(), "4000 fixes applied in 1 file") || !strings.Contains(stderr.String(), "x.yaml"+told) {
		t.Errorf("%d fixes told: %.2000s", n, &stderr)
	}
}

// TestWhatIsTooLargeIsHandedOnAsItIs holds that a stream loses nothing, and that a
// file is changed as a whole or not at all.
func TestWhatIsTooLargeIsHandedOnAsItIs(t *testing.T) {
	fixFolder(t)
	begin, rest := many(300), "---\n# "+strings.Repeat("x", 17<<20)+"\na: b\n---\n"+notebook
	var stdout, stderr bytes.Buffer
	if code := run([]string{"fix", "-"}, strings.NewReader(begin+rest), &stdout, &stderr); code != exitBadInput || stdout.String() != fixed1(begin)+rest {
		t.Errorf("exit code %d, %d bytes: %.2000s", code, stdout.Len(), &stderr)
	}
	if !strings.Contains(stderr.String(), "the document is larger than 16 MiB") || !strings.Contains(stderr.String(), "the rest was left unchanged") {
		t.Errorf("got %.2000s", &stderr)
	}
	write(t, "x.yaml", begin+rest)
	stderr.Reset()
	if code := run([]string{"fix", "--write", "."}, nil, &stdout, &stderr); code != exitBadInput || read(t, "x.yaml") != begin+rest {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(stderr.String(), "the file was left unchanged") || !strings.Contains(stderr.String(), "nothing fixed in 2 files") {
		t.Errorf("got %.2000s", &stderr)
	}
	utf16 := "\xFF\xFEa\x00:\x00"
	stdout.Reset()
	if code := run([]string{"fix", "-"}, strings.NewReader(utf16), &stdout, io.Discard); code != exitBadInput || stdout.String() != utf16 {
		t.Errorf("exit code %d, got %q", code, &stdout)
	}
}

// TestTemplatesAreToldAsCheckTellsThem holds that those of others are no error.
func TestTemplatesAreToldAsCheckTellsThem(t *testing.T) {
	fixFolder(t)
	write(t, "other.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n")
	var stderr bytes.Buffer
	if code := run([]string{"fix", "other.yaml"}, nil, io.Discard, &stderr); code != exitClean || !strings.HasPrefix(stderr.String(), "cmkgate: nothing to fix") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	write(t, "ours.yaml", strings.Replace(notebook, "nb", "{{ .Release.Name }}", 1))
	stderr.Reset()
	if code := run([]string{"fix", "ours.yaml"}, nil, io.Discard, &stderr); code != exitFindings || !strings.HasPrefix(stderr.String(), "ours.yaml:4:9: denied: this is a template") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}

// TestAKilledFixLeavesNoHalfWrittenFile kills the program at any moment while it
// writes small files and one that comes in pieces.
func TestAKilledFixLeavesNoHalfWrittenFile(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	binary := filepath.Join(t.TempDir(), "cmkgate")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build cmkgate: %v\n%s", err, out)
	}
	fixFolder(t)
	files := map[string]string{"z.yaml": many(3000)}
	for i := range 40 {
		files[fmt.Sprintf("small-%d.yaml", i)] = notebook
	}
	touched, leftovers := 0, 0
	for range 25 {
		for name, text := range files {
			write(t, name, text)
		}
		cmd := exec.CommandContext(t.Context(), binary, "fix", "--write", ".")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := stdout.Read(make([]byte, 1)); err != nil {
			t.Fatal(err) // the first file must have been written
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		cmd.Process.Kill() // it may have ended
		cmd.Wait()
		for name, text := range files {
			switch got := read(t, name); got {
			case text:
			case fixed1(text):
				touched++
			default:
				t.Fatalf("%s has %d bytes, neither the old %d nor the new %d", name, len(got), len(text), len(fixed1(text)))
			}
		}
		hidden, err := filepath.Glob(".*.cmkgate-fix*")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range hidden {
			leftovers++
			os.Remove(name)
		}
	}
	t.Logf("%d files were replaced, %d times a temporary file was left", touched, leftovers)
	if touched == 0 {
		t.Error("nothing was replaced, so nothing is proved")
	}
}
