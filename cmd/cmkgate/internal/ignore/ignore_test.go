package ignore

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// walk lists the files below a folder that its .gitignore files leave in.
func walk(t *testing.T, dir, at string, rules *Rules) []string {
	t.Helper()
	if text, err := os.ReadFile(filepath.Join(dir, at, ".gitignore")); err == nil {
		rules = rules.Add(at, text)
	}
	entries, err := os.ReadDir(filepath.Join(dir, at))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		name := strings.TrimPrefix(at+"/"+e.Name(), "/")
		switch {
		case e.Name() == ".git" || e.Name() == ".gitignore" || rules.Ignores(name, e.IsDir()):
		case e.IsDir():
			out = append(out, walk(t, dir, name, rules)...)
		default:
			out = append(out, name)
		}
	}
	return out
}

// TestRulesLeaveOutWhatGitLeavesOut asks git.
func TestRulesLeaveOutWhatGitLeavesOut(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	files := []string{
		"a.yaml", "b.yaml", "#c.yaml", "!d.yaml", "e f.yaml", "trail.yaml ", "{x,y}.yaml", "x.yaml", "a[1].yaml", "a1.yaml", "Ab.yaml", "é.yaml",
		"dir/a.yaml", "dir/b.yaml", "dir/sub/a.yaml", "dir/sub/b.yaml", "dir/sub/deep/a.yaml", "dir/build/a.yaml",
		"build/a.yaml", "build/keep.yaml", "foo/bar/a.yaml", "foo/x/foo/bar/a.yaml", "foo/x/y/bar/a.yaml", "foo.d/a.yaml", "a*b.yaml", "ab.yaml", `back\slash.yaml`,
	}
	for _, ignores := range []map[string]string{
		{"": "a.yaml\n"},
		{"": "/a.yaml\n"},
		{"": "# c\n\\#c.yaml\n\\!d.yaml\n"},
		{"": "build\n"}, {"": "build/\n"}, {"": "/build/\n"}, {"": "dir/build\n"}, {"": "a.yaml/\n"},
		{"": "build/*\n!build/keep.yaml\n"}, {"": "build/\n!build/keep.yaml\n"},
		{"": "*.yaml\n!b.yaml\n"}, {"": "*\n!*/\n!a.yaml\n"}, {"": "/*\n!/dir\n"},
		{"": "dir/**\n"}, {"": "dir/**/a.yaml\n"}, {"": "**/a.yaml\n"}, {"": "**/sub/a.yaml\n"}, {"": "dir/*/a.yaml\n"}, {"": "**\n"}, {"": "foo/**/bar\n"}, {"": "**/foo/bar\n"}, {"": "foo/**\n!foo/bar\n"},
		{"": "a**b.yaml\n"}, {"": "di*/a.yaml\n"},
		{"": "{x,y}.yaml\n"}, {"": "\\{x,y\\}.yaml\n"}, {"": "[ab].yaml\n"}, {"": "[!a].yaml\n"}, {"": "[^a].yaml\n"}, {"": "a\\[1\\].yaml\n"}, {"": "a[1].yaml\n"}, {"": "[a.yaml\n"}, {"": "[A-Z]*.yaml\n"},
		{"": "a\\*b.yaml\n"}, {"": "?.yaml\n"}, {"": "back\\\\slash.yaml\n"}, {"": "é.yaml\n"}, {"": "?[0-9].yaml\n"},
		{"": "e f.yaml   \n"}, {"": "trail.yaml\\ \n"}, {"": "a.yaml\r\nb.yaml\r\n"}, {"": "\ufeffa.yaml\n"}, {"": "a.yaml"}, {"": "\n\n  \n"}, {"": "/\n"}, {"": "!\n"},
		{"": "a.yaml\n", "dir": "!a.yaml\n"}, {"dir": "/a.yaml\n"}, {"dir": "sub/\n", "": "b.yaml\n"}, {"dir": "sub/*.yaml\n"}, {"dir/sub": "*\n", "": "!a.yaml\n"},
	} {
		dir := t.TempDir()
		for _, f := range files {
			write(t, filepath.Join(dir, f), "")
		}
		for at, text := range ignores {
			write(t, filepath.Join(dir, at, ".gitignore"), text)
		}
		for _, args := range [][]string{{"init", "-q"}, {"config", "core.quotePath", "false"}} {
			if out, err := exec.CommandContext(t.Context(), git, append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		out, err := exec.CommandContext(t.Context(), git, "-C", dir, "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore").Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
			if filepath.Base(name) != ".gitignore" && name != "" {
				want = append(want, name)
			}
		}
		got := walk(t, dir, "", nil)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %q\nwant %q", ignores, got, want)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkIgnores(b *testing.B) {
	rules := (*Rules)(nil).Add("", []byte("*.log\n*.tmp\nnode_modules/\n/build\n.DS_Store\ndist/\n**/target/\nvendor/**\n*.py[co]\n.idea\n"))
	rules = rules.Add("deploy", []byte("*.bak\n!keep.bak\n"))
	for b.Loop() {
		rules.Ignores("deploy/overlays/production/training-job.yaml", false)
	}
}

// FuzzRules holds that no pattern and no path make the rules panic or loop.
func FuzzRules(f *testing.F) {
	f.Add("a/**/[!b-\\c\n!*\n", "a/b")
	f.Fuzz(func(_ *testing.T, text, file string) {
		(*Rules)(nil).Add("", []byte(text)).Ignores(file, true)
	})
}
