package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// FileName is the name that Find looks for.
const FileName = "cmkgate.yaml"

// Find looks for FileName in a folder and in every folder above it and returns
// the nearest. The error is fs.ErrNotExist if there is none. A file that
// cannot be looked at is an error too, because skipping it would mean
// evaluating with other rules than the nearest ones.
func Find(dir string) (string, error) {
	if path := filepath.Join(dir, FileName); isFile(path) {
		return path, nil // as short as the caller named it
	}
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", FileName, err)
	}
	for at := start; ; at = filepath.Dir(at) {
		path := filepath.Join(at, FileName)
		info, err := os.Stat(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("find the configuration: %w", err)
		}
		if err == nil && info.Mode().IsRegular() {
			return path, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("find the configuration: no %s in %s or a folder above it: %w", FileName, start, fs.ErrNotExist)
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
