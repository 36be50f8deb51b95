package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestFindTakesTheNearestFileAbove(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(top, "team", "jobs", "nightly")
	// A folder of that name is skipped.
	if err := os.MkdirAll(filepath.Join(deep, FileName), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{top, filepath.Join(top, "team")} {
		if err := os.WriteFile(filepath.Join(dir, FileName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Find(deep); err != nil || got != filepath.Join(dir, FileName) {
			t.Errorf("got %q, %v, want the file in %s", got, err, dir)
		}
	}
}

func TestFindNamesAFileInTheFolderItselfAsShortAsTheFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(FileName, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Find("."); err != nil || got != FileName {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFindSaysWhenThereIsNone(t *testing.T) {
	if _, err := Find(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
