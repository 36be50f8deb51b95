package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// binariesVariable names the environment variable that points at the folder of etcd, kube-apiserver and kubectl. The
// Makefile sets it: where it is set, a test that needs the binaries fails without them; where it is not, it is skipped.
const binariesVariable = "CMKGATE_KUBE_BIN"

// errNoBinaries means that etcd, kube-apiserver and kubectl have not been built.
var errNoBinaries = errors.New("etcd, kube-apiserver and kubectl are not built: run 'make kube' (about 5 minutes, once)")

// findBinaries resolves the folder that holds etcd, kube-apiserver and kubectl: the folder given, or what the
// environment variable names, or .bin/kube in the module. It returns an error that wraps [errNoBinaries] where one of
// them is missing.
func findBinaries(ctx context.Context, dir string) (string, error) {
	if dir == "" {
		dir = os.Getenv(binariesVariable)
	}
	if dir == "" {
		root, err := ModuleRoot(ctx)
		if err != nil {
			return "", err
		}
		dir = filepath.Join(root, ".bin", "kube")
	}
	for _, name := range []string{"etcd", "kube-apiserver", "kubectl"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("%w (looked for %s in %s)", errNoBinaries, name, dir)
		}
	}
	return filepath.Abs(dir)
}

// programsVariable names the environment variable that points at the folder of cmkgate and cmkgate-webhook. The Makefile
// builds them once and sets it; where it is not set, every test builds what it runs.
const programsVariable = "CMKGATE_BIN"

// BuildWebhook returns the path of cmkgate-webhook: of the one that the environment variable points at, or of one that it
// builds into dir. Go's cache of test results does not see either: run such tests with -count=1.
func BuildWebhook(ctx context.Context, dir string) (string, error) {
	return program(ctx, dir, "cmkgate-webhook")
}

// buildCommandLine is BuildWebhook for cmkgate.
func buildCommandLine(ctx context.Context, dir string) (string, error) {
	return program(ctx, dir, "cmkgate")
}

func program(ctx context.Context, dir, name string) (string, error) {
	if built := os.Getenv(programsVariable); built != "" {
		path, err := exec.LookPath(filepath.Join(built, name))
		if err != nil {
			return "", fmt.Errorf("%s does not point at %s: %w", programsVariable, name, err)
		}
		return filepath.Abs(path)
	}
	root, err := ModuleRoot(ctx)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, name)
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/"+name)
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", name, err, output)
	}
	return binary, nil
}
