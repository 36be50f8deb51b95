// Package cluster reads from a live cluster what manifests are evaluated by.
// It asks kubectl, so that whatever a kubeconfig needs to log in works here
// too, and only ever reads.
package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Kubectl reads from the cluster that a kubeconfig leads to.
type Kubectl struct {
	// Binary is the path of kubectl; empty for the one that PATH leads to.
	Binary string
	// Kubeconfig and Context choose the cluster, as the flags of kubectl do; empty for kubectl's own choice.
	Kubeconfig, Context string
}

// errNotFound means that the API server has no such kind or object.
var errNotFound = errors.New("not found")

// requestTimeout bounds one request. A page of the largest objects takes a second or two.
const requestTimeout = "30s"

// Namespace is the one that kubectl would put objects in that name none.
func (k Kubectl) Namespace(ctx context.Context) (string, error) {
	out, err := k.run(ctx, "config", "view", "--minify", "-o", "jsonpath={..namespace}")
	if err != nil {
		return "", err
	}
	if name := strings.TrimSpace(string(out)); name != "" {
		return name, nil
	}
	return "default", nil
}

// get is the answer to one request; the error wraps errNotFound if there is nothing.
func (k Kubectl) get(ctx context.Context, path string) ([]byte, error) {
	return k.run(ctx, "get", "--raw", path, "--request-timeout", requestTimeout)
}

func (k Kubectl) run(ctx context.Context, args ...string) ([]byte, error) {
	binary := k.Binary
	if binary == "" {
		binary = "kubectl"
	}
	if k.Kubeconfig != "" {
		args = append(args, "--kubeconfig", k.Kubeconfig)
	}
	if k.Context != "" {
		args = append(args, "--context", k.Context)
	}
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, binary, args...) //nolint:gosec // the program that was asked for, without a shell
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("--cluster needs kubectl, which is not in PATH. Install it, or check without --cluster")
	}
	if err != nil {
		return nil, failure(stderr.String(), err)
	}
	return stdout.Bytes(), nil
}

// failure is what kubectl said, in one line.
func failure(said string, err error) error {
	said = strings.Join(strings.Fields(said), " ")
	switch {
	case strings.Contains(said, "(NotFound)"):
		return errNotFound
	case strings.Contains(said, "(Forbidden)"):
		return fmt.Errorf("%s. Ask for permission to get and list it, or check without --cluster", strings.TrimSuffix(said, "."))
	case strings.Contains(said, "current-context must exist"):
		return errors.New("kubectl has no current context, so there is no cluster to read. Choose one with --context or kubectl config use-context")
	case said == "":
		return fmt.Errorf("kubectl: %w", err)
	}
	return errors.New(strings.TrimSuffix(said, "."))
}
