package parity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"testing"

	"github.com/cmkgate/cmkgate/test/manifests"
)

// told is what a call of the command line came to.
type told struct {
	code           int
	stdout, stderr []byte
}

// run calls the command line under the configuration of both.
func (j *judges) run(t *testing.T, stdin []byte, command string, args ...string) told {
	t.Helper()
	args = slices.Concat([]string{command, "--config", j.config, "--namespace", namespace, "--schema", j.schemas}, args)
	cmd := exec.CommandContext(t.Context(), j.cli, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return told{cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes()}
}

// checkUnit is check for a unit, which may have been looked at in a crowd.
func (j *judges) checkUnit(t *testing.T, u manifests.Unit) ([]result, error) {
	t.Helper()
	if results, ok := j.checked[string(u.Data)]; ok {
		return results, nil
	}
	return j.check(t, write(t, u))
}

// check evaluates files, and says what it could not read.
func (j *judges) check(t *testing.T, paths ...string) ([]result, error) {
	t.Helper()
	got := j.run(t, nil, "check", append([]string{"-o", "json"}, paths...)...)
	if got.code > 2 {
		t.Fatalf("cmkgate check: exit code %d\n%s", got.code, got.stderr)
	}
	var report struct {
		Results []result `json:"results"`
	}
	if got.code == 2 {
		return nil, fmt.Errorf("%s", got.stderr)
	}
	if err := json.Unmarshal(got.stdout, &report); err != nil {
		t.Fatalf("%v\n%s", err, got.stdout)
	}
	// Two objects of one name are the command line's remark: an API server sees one at a time.
	return slices.DeleteFunc(report.Results, func(r result) bool { return r.label() == "schema/duplicate" }), nil
}
