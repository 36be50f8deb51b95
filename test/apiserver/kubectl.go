package apiserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Result is what kubectl printed and how it exited.
type Result struct {
	Stdout string
	Stderr string
	Code   int
}

// KubectlPath is the kubectl that fits the server.
func (s *Server) KubectlPath() string {
	return filepath.Join(s.binaries, "kubectl")
}

// Kubectl runs kubectl as an administrator. A non-zero exit code is part of the result, not an error: a denied request
// is what many callers wait for. To act as somebody else, pass --as and --as-group.
func (s *Server) Kubectl(ctx context.Context, stdin io.Reader, args ...string) (Result, error) {
	command := exec.CommandContext(ctx, s.KubectlPath(), args...)
	// kubectl keeps discovery documents by host and port in the home folder, where those of an earlier server that had
	// this port would be found; and the settings of whoever runs the tests must not matter.
	command.Env = []string{"HOME=" + s.dir, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + s.Kubeconfig()}
	command.Stdin = stdin
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr

	err := command.Run()
	result := Result{Stdout: stdout.String(), Stderr: stderr.String()}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		result.Code = exit.ExitCode()
		return result, nil
	}
	if err != nil {
		return result, fmt.Errorf("running %s: %w", command, err)
	}
	return result, nil
}
