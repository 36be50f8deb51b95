package manifest

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func link(t *testing.T, links map[string]string) {
	t.Helper()
	for name, target := range links {
		if err := os.Symlink(target, name); err != nil {
			t.Skip(err)
		}
	}
}

func check(t *testing.T, in *Input, want ...string) {
	t.Helper()
	for range 2 { // both passes of a check see the same
		if diff := cmp.Diff(want, listing(in)); diff != "" {
			t.Errorf("%+v: %s", in, diff)
		}
	}
}

// TestGitIgnoreIsHonoredAsGitDoes holds it for nested files, for what is taken
// back, and for what Git tracks still.
func TestGitIgnoreIsHonoredAsGitDoes(t *testing.T) {
	writeFiles(t, map[string]string{
		".gitignore": "build/\n*.tmp.yaml\nforced.yaml\n", "a.yaml": "a: 1", "x.tmp.yaml": "a: 1", "forced.yaml": "a: 1",
		"build/out.yaml": "a: 1", "build/forced.yaml": "a: 1", "deploy/.gitignore": "!x.tmp.yaml\n/b.yaml\n",
		"deploy/x.tmp.yaml": "a: 1", "deploy/b.yaml": "a: 1", "deploy/sub/b.yaml": "a: 1", "deploy/sub/build/c.yaml": "a: 1",
	})
	everything := []string{"a.yaml:1", "build/forced.yaml:1", "build/out.yaml:1", "deploy/b.yaml:1", "deploy/sub/b.yaml:1", "deploy/sub/build/c.yaml:1", "deploy/x.tmp.yaml:1", "forced.yaml:1", "x.tmp.yaml:1"}
	check(t, &Input{Paths: []string{"."}}, everything...) // no repository: Git ignores nothing
	for _, args := range [][]string{{"init", "-q"}, {"add", "-f", "forced.yaml", "build/forced.yaml"}} {
		if out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput(); err != nil {
			t.Skipf("git: %v: %s", err, out)
		}
	}
	left := []string{"a.yaml:1", "build/forced.yaml:1", "deploy/sub/b.yaml:1", "deploy/x.tmp.yaml:1", "forced.yaml:1"}
	check(t, &Input{Paths: []string{"."}}, left...)
	check(t, &Input{Paths: []string{"."}, NoGitIgnore: true}, everything...)
	// A folder below has the patterns of those above it; what is named itself is evaluated.
	check(t, &Input{Paths: []string{"deploy"}}, "deploy/sub/b.yaml:1", "deploy/x.tmp.yaml:1")
	check(t, &Input{Paths: []string{"build", "x.tmp.yaml"}}, "build/forced.yaml:1", "build/out.yaml:1", "x.tmp.yaml:1")
	in := &Input{Paths: []string{"deploy/sub/build"}}
	check(t, in, "deploy/sub/build/c.yaml:1")
	t.Chdir("deploy")
	check(t, &Input{Paths: []string{"."}}, "sub/b.yaml:1", "x.tmp.yaml:1")
}

func TestIgnorePatternsLeaveOut(t *testing.T) {
	writeFiles(t, map[string]string{"a.yaml": "a: 1", "deploy/a.yaml": "a: 1", "deploy/old/b.yaml": "a: 1", "deploy/keep/b.yaml": "a: 1"})
	for pattern, want := range map[string][]string{
		"a.yaml":          {"deploy/keep/b.yaml:1", "deploy/old/b.yaml:1"},
		"/a.yaml":         {"deploy/a.yaml:1", "deploy/keep/b.yaml:1", "deploy/old/b.yaml:1"},
		"deploy/old":      {"a.yaml:1", "deploy/a.yaml:1", "deploy/keep/b.yaml:1"},
		"**/b.yaml":       {"a.yaml:1", "deploy/a.yaml:1"},
		"deploy/*\n!keep": {"a.yaml:1", "deploy/keep/b.yaml:1"},
	} {
		check(t, &Input{Paths: []string{"."}, Ignore: strings.Split(pattern, "\n")}, want...)
	}
	// It is about everything: a shell may have expanded what is named.
	check(t, &Input{Paths: []string{"a.yaml", "deploy/a.yaml"}, Ignore: []string{"/a.yaml"}}, "deploy/a.yaml:1")
	t.Chdir("deploy/keep")
	check(t, &Input{Paths: []string{"../old", "../a.yaml"}, Ignore: []string{"a.yaml"}}, "../old/b.yaml:1")
}

func TestGlobsAreForWhereNoShellExpandsThem(t *testing.T) {
	writeFiles(t, map[string]string{"a.yaml": "a: 1", "d/x/b.yaml": "a: 1", "d/y/c.yml": "a: 1", "d/y/note.txt": "a: 1", "d/.git/c.yml": "a: 1", "[odd].yaml": "a: 1"})
	for pattern, want := range map[string][]string{
		"*.yaml":       {"[odd].yaml:1", "a.yaml:1"},
		"**/*.y{a,}ml": {"[odd].yaml:1", "a.yaml:1", "d/x/b.yaml:1", "d/y/c.yml:1"},
		"d/**":         {"d/x/b.yaml:1", "d/y/c.yml:1", "d/y/note.txt:1"},
		"d/*":          {"d/x/b.yaml:1", "d/y/c.yml:1"},
		"./d/y/*.txt":  {"d/y/note.txt:1"},
		"[odd].yaml":   {"[odd].yaml:1"}, // a file of that name goes first
		"d/*.yaml":     {"d/*.yaml: there is no such file, and no file matches it."},
		"absent/**":    {"absent/**: there is no such file, and no file matches it."},
		"d/[":          {"d/[: there is no such file, and no file matches it."},
	} {
		check(t, &Input{Paths: []string{pattern}}, want...)
	}
}

func TestLinksAreFollowedOnce(t *testing.T) {
	writeFiles(t, map[string]string{"in/a.yaml": "a: 1", "out/b.yaml": "a: 1", "out/deep/c.yaml": "a: 1"})
	link(t, map[string]string{
		"root": "in", "in/out": "../out", "in/out2": "../out", "in/self": ".", "in/up": "..", "out/deep/back": "../../out",
		"out/deep/home": "../../in", "in/note": "a.yaml", "in/gone": "nowhere", "in/round.yaml": "round.yaml", "in/round": "round",
	})
	const loop = " is a link to a parent directory, so it is not followed. Remove it, or exclude it with --ignore "
	round, round2 := "in/round: cannot be read: too many levels of symbolic links.", "in/round.yaml: cannot be read: too many levels of symbolic links."
	check(t, &Input{Paths: []string{"in"}},
		"in/a.yaml:1", "in/out/b.yaml:1", "in/out/deep/back:"+loop+"back.", "in/out/deep/c.yaml:1", round, round2, "in/self:"+loop+"self.", "in/up:"+loop+"up.")
	if got := listing(&Input{Paths: []string{"root"}, Ignore: []string{"self", "up", "back", "round*"}}); !cmp.Equal(got, []string{"root/a.yaml:1", "root/out/b.yaml:1", "root/out/deep/c.yaml:1"}) {
		t.Errorf("by way of a link: %q", got)
	}
}

// TestLinksCannotBlowUp builds 2^30 ways to one file.
func TestLinksCannotBlowUp(t *testing.T) {
	writeFiles(t, map[string]string{"last/a.yaml": "a: 1", "in/b.yaml": "a: 1"})
	next := "last"
	for i := range 30 {
		dir := filepath.Join("level", strings.Repeat("x", i+1))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		target, err := filepath.Abs(next)
		if err != nil {
			t.Fatal(err)
		}
		link(t, map[string]string{dir + "/one": target, dir + "/two": target})
		next = dir
	}
	target, err := filepath.Abs(next)
	if err != nil {
		t.Fatal(err)
	}
	link(t, map[string]string{"in/start": target})
	got := listing(&Input{Paths: []string{"in"}})
	if len(got) != 2 || !strings.HasSuffix(got[1], "/a.yaml:1") {
		t.Errorf("got %q", got)
	}
}

// TestAFolderMayVanish takes folders and files away while they are read.
func TestAFolderMayVanish(t *testing.T) {
	writeFiles(t, map[string]string{"d/a.yaml": "a: 1", "d/b/c.yaml": "a: 1", "d/e.yaml": "a: 1", "d/z.yaml": "a: 1"})
	in := &Input{Paths: []string{"d"}}
	var got []string
	var s Splitter
	for b := range in.Batches() {
		if b.File == "d/a.yaml" {
			for _, gone := range []string{"d/b", "d/e.yaml"} {
				if err := os.RemoveAll(gone); err != nil {
					t.Fatal(err)
				}
			}
		}
		for doc, problem := range b.Documents(&s) {
			if problem != nil {
				got = append(got, problem.String())
			} else {
				got = append(got, doc.File)
			}
		}
	}
	want := []string{"d/a.yaml", "d/b: cannot be read: no such file or directory.", "d/e.yaml: cannot be read: no such file or directory.", "d/z.yaml"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadableFilesAreTold(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	writeFiles(t, map[string]string{"d/a.yaml": "a: 1", "d/b/c.yaml": "a: 1", "d/e.yaml": "a: 1"})
	for _, name := range []string{"d/a.yaml", "d/b"} {
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(name, 0o700) })
	}
	check(t, &Input{Paths: []string{"d"}}, "d/a.yaml: cannot be read: permission denied.", "d/b: cannot be read: permission denied.", "d/e.yaml:1")
}

// TestAPipeIsReadOnce holds that what a shell gives for <(command) is
// evaluated, although it is read twice.
func TestAPipeIsReadOnce(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("kind: A\n---\nkind: B\n"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("/dev/fd/%d", r.Fd())
	if _, err := os.Stat(name); err != nil {
		t.Skip(err)
	}
	in := &Input{Paths: []string{name}}
	defer in.Close()
	check(t, in, name+":1", name+":2")
}

// BenchmarkFolder walks 5,000 manifests of a repository whose .gitignore has ten
// patterns, beside a walk that only looks at each file (x-walkdir).
func BenchmarkFolder(b *testing.B) {
	b.Chdir(b.TempDir())
	for i := range 5000 {
		dir := fmt.Sprintf("team-%d/app-%d", i%10, i%100)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(fmt.Sprintf("%s/job-%d.yaml", dir, i), nil, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	patterns := "*.log\n*.tmp\nnode_modules/\n/build\n.DS_Store\ndist/\n**/target/\nvendor/**\n*.py[co]\n.idea\n"
	for name, text := range map[string]string{".gitignore": patterns, ".git/HEAD": ""} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var ours, plain time.Duration
	for b.Loop() {
		start := time.Now()
		n := 0
		for range (&Input{Paths: []string{"."}}).Batches() {
			n++
		}
		ours += time.Since(start)
		if n != 5000 {
			b.Fatalf("%d files", n)
		}
		start = time.Now()
		err := filepath.WalkDir(".", func(_ string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				_, err = e.Info()
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		plain += time.Since(start)
	}
	b.ReportMetric(float64(ours)/float64(plain), "x-walkdir")
}
