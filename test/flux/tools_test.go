package flux

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

const kustomizeVariable = "CMKGATE_KUSTOMIZE"

// tools is a folder of what a pipeline has on its PATH beside the system's programs: cmkgate and flux.
type tools struct{ dir string }

func newTools(t *testing.T) tools {
	t.Helper()
	x := tools{t.TempDir()}
	x.add(t, apiserver.CommandLineForTest(t))
	flux, err := apiserver.FindFlux()
	must(t, err)
	x.add(t, filepath.Join(flux, "flux"))
	return x
}

func (x tools) add(t *testing.T, binary string) {
	t.Helper()
	must(t, os.Symlink(binary, filepath.Join(x.dir, filepath.Base(binary))))
}

// outcome is what a command came to.
type outcome struct {
	code           int
	stdout, stderr string
}

// shell runs a script in a folder, as a pipeline does, with more variables.
func (x tools) shell(t *testing.T, dir, script string, env ...string) outcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-e", "-c", script)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + x.dir + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// needFlux skips the test where nobody asked for it, and fails it where Flux is not what was promised.
func needFlux(t *testing.T) {
	t.Helper()
	_, err := apiserver.FindFlux()
	if errors.Is(err, apiserver.ErrNoFlux) && os.Getenv(apiserver.FluxVariable) == "" {
		t.Skip(err)
	}
	must(t, err)
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
