package apiserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	sageMakerModule = "github.com/aws-controllers-k8s/sagemaker-controller"
	s3Module        = "github.com/aws-controllers-k8s/s3-controller"
)

// ModuleRoot is the folder of the main module, found from the working directory upward.
func ModuleRoot(ctx context.Context) (string, error) {
	module, err := goJSON[struct{ Dir string }](ctx, "list", "-m", "-json")
	if err != nil {
		return "", fmt.Errorf("finding the root of the module: %w", err)
	}
	return module.Dir, nil
}

// ModuleDir is the folder of a module that the main module requires, in the version that it requires. The module is
// fetched where it is not in the module cache yet.
func ModuleDir(ctx context.Context, path string) (string, error) {
	module, err := goJSON[struct{ Dir string }](ctx, "mod", "download", "-json", path)
	if err != nil {
		return "", fmt.Errorf("finding module %s: %w", path, err)
	}
	return module.Dir, nil
}

// moduleDirIn is ModuleDir for a module that the module in dir requires.
func moduleDirIn(ctx context.Context, dir, path string) (string, error) {
	module, err := goJSON[struct{ Dir string }](ctx, "-C", dir, "mod", "download", "-json", path)
	if err != nil {
		return "", fmt.Errorf("finding module %s: %w", path, err)
	}
	return module.Dir, nil
}

// CRDPaths lists the folders that hold the CRDs which ACK's controllers ship: their own kinds, and the kinds that all
// ACK controllers share, which both modules contain and which are therefore listed once.
func CRDPaths(ctx context.Context) ([]string, error) {
	sageMaker, err := ModuleDir(ctx, sageMakerModule)
	if err != nil {
		return nil, err
	}
	s3, err := ModuleDir(ctx, s3Module)
	if err != nil {
		return nil, err
	}
	paths := []string{
		filepath.Join(sageMaker, "config", "crd", "bases"),
		filepath.Join(sageMaker, "config", "crd", "common", "bases"),
		filepath.Join(s3, "config", "crd", "bases"),
	}
	for _, path := range paths {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the module in %s ships no CRDs where they are expected: %w", path, err)
		}
	}
	return paths, nil
}

// goJSON runs the go command and decodes what it prints.
func goJSON[T any](ctx context.Context, args ...string) (T, error) {
	var value T
	command := exec.CommandContext(ctx, "go", args...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return value, fmt.Errorf("%s: %w\n%s%s", command, err, stderr.Bytes(), output)
	}
	if err := json.Unmarshal(output, &value); err != nil {
		return value, fmt.Errorf("reading the output of %s: %w", command, err)
	}
	return value, nil
}
