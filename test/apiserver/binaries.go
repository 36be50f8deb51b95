package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// BinariesVariable names the environment variable that points at the folder of etcd, kube-apiserver and kubectl. The
// Makefile sets it: where it is set, a test that needs the binaries fails without them; where it is not, it is skipped.
const BinariesVariable = "CMKGATE_KUBE_BIN"

// ErrNoBinaries tells that etcd, kube-apiserver and kubectl have not been built.
var ErrNoBinaries = errors.New("etcd, kube-apiserver and kubectl are not built: run 'make kube' (about 5 minutes, once)")

// FindBinaries resolves the folder that holds etcd, kube-apiserver and kubectl: the folder given, or what the
// environment variable names, or .bin/kube in the module. It returns an error that wraps [ErrNoBinaries] where one of
// them is missing.
func FindBinaries(ctx context.Context, dir string) (string, error) {
	if dir == "" {
		dir = os.Getenv(BinariesVariable)
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
			return "", fmt.Errorf("%w (looked for %s in %s)", ErrNoBinaries, name, dir)
		}
	}
	return filepath.Abs(dir)
}

// BuildWebhook builds cmkgate-webhook from the source of the module into dir and returns the binary's path, so that a
// test never runs a stale one. Go's cache of test results does not see that: run such tests with -count=1.
func BuildWebhook(ctx context.Context, dir string) (string, error) {
	root, err := ModuleRoot(ctx)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "cmkgate-webhook")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/cmkgate-webhook")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building cmkgate-webhook: %w\n%s", err, output)
	}
	return binary, nil
}
