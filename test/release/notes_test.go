package release

import (
	"os/exec"
	"strings"
	"testing"
)

func TestNotesAreASectionOfTheChangelog(t *testing.T) {
	notes := func(version string) (string, error) {
		out, err := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-C", repository, "release-notes", "VERSION="+version).CombinedOutput()
		return string(out), err
	}
	got, err := notes("Unreleased")
	if err != nil || !strings.HasPrefix(got, "\n") || strings.Contains(got, "\n## ") {
		t.Errorf("of what is not released yet: %v\n%s", err, got)
	}
	got, err = notes("v9.9.9")
	if err == nil || !strings.HasPrefix(got, "CHANGELOG.md has no section [9.9.9]: ") {
		t.Errorf("of a version that is not there: %v\n%s", err, got)
	}
}
