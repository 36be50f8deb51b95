package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const kubeVariable = "CMKGATE_KUBE_BIN"

// testInstall runs what docs/cli.md tells people to run, with the GitHub that has the release.
func (r rehearsal) testInstall(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the commands are those for Linux")
	}
	home := t.TempDir()
	script := "set -eu\n"
	for _, recipe := range []string{"install.sh", "completion.sh", "kubectl.sh"} {
		script += documented(t, recipe)
	}
	script = replaced(t, script, "version=0.1.0 platform=linux_amd64", "version="+version+" platform=linux_"+runtime.GOARCH)
	script = replaced(t, script, "https://github.com", r.github.url)
	t.Setenv("HOME", home)
	t.Setenv("PATH", filepath.Join(home, ".local", "bin")+":"+os.Getenv(kubeVariable)+":"+os.Getenv("PATH"))
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := "cmkgate_" + version + "_linux_" + runtime.GOARCH + ".tar.gz: OK\n"; string(out) != want {
		t.Errorf("says %q; want %q", out, want)
	}
	r.testVersion(t, "cmkgate", "version", "-o", "json")
	completes := output(t, "bash", "-c", "source ~/.local/share/bash-completion/completions/cmkgate.bash && complete -p cmkgate")
	if !strings.Contains(completes, "__start_cmkgate cmkgate") {
		t.Errorf("bash completes by %q", completes)
	}
	t.Run("and is a plug-in of kubectl", func(t *testing.T) {
		if os.Getenv(kubeVariable) == "" {
			t.Skip(kubeVariable + " does not name the folder of kubectl: run 'make release-test'")
		}
		r.testVersion(t, "kubectl", "cmkgate", "version", "-o", "json")
		if got := output(t, "kubectl", "__complete", "cmkgate", "che"); !strings.Contains(got, "\ncheck\t") {
			t.Errorf("kubectl completes cmkgate che by %q", got)
		}
	})
}

// documented is a recipe that docs/cli.md shows.
func documented(t *testing.T, recipe string) string {
	t.Helper()
	script := string(read(t, "testdata", recipe))
	page := string(read(t, repository, "docs", "cli.md"))
	if !strings.Contains(page, "```sh\n"+script+"```\n") {
		t.Errorf("docs/cli.md does not show testdata/%s", recipe)
	}
	return script
}

func replaced(t *testing.T, script, from, to string) string {
	t.Helper()
	if !strings.Contains(script, from) {
		t.Fatalf("the script has no %q", from)
	}
	return strings.ReplaceAll(script, from, to)
}
