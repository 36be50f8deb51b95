package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

// node is the one machine of the cluster, with what no API server offers.
type node interface {
	// run runs a command on the node.
	run(ctx context.Context, args ...string) (string, error)
	// ctr runs containerd's client on the node, for the kubelet's containers.
	ctr(ctx context.Context, args ...string) (string, error)
	// importImage puts an OCI archive where the kubelet looks for images.
	importImage(ctx context.Context, archive string) error
	// put makes a file of this machine available on the node and returns its path there.
	put(ctx context.Context, file string) (string, error)
	// stop ends every process of the cluster, containers included; start brings the cluster up again.
	stop(ctx context.Context) error
	start(ctx context.Context) error
}

// The variables of the environment that the Makefile sets.
const (
	clusterVariable = "CMKGATE_E2E" // lab or kind
	helmVariable    = "CMKGATE_HELM"
	imageVariable   = "CMKGATE_E2E_IMAGE_TAR"
	figuresVariable = "CMKGATE_E2E_FIGURES"
)

// findNode returns the node and how to reach its API server. The suite is skipped unless somebody asked for it.
func findNode(t *testing.T) (node, *rest.Config) {
	t.Helper()
	var n node
	var config *rest.Config
	var err error
	switch cluster := os.Getenv(clusterVariable); cluster {
	case "":
		t.Skipf("%s is not set: run 'make e2e'", clusterVariable)
	case "lab":
		n, config, err = findLab(os.Getenv("KUBECONFIG"))
	case "kind":
		n, config, err = findKind(t.Context())
	default:
		err = fmt.Errorf("%s: %q is no cluster that the suite knows; write lab or kind", clusterVariable, cluster)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n, config
}

// command runs a program and returns what it printed; its complaints are part of the error.
func command(ctx context.Context, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// processOf is the process id, on the node, of a container's first process.
func processOf(ctx context.Context, n node, container string) (string, error) {
	tasks, err := n.ctr(ctx, "tasks", "ls")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(tasks) {
		if fields := strings.Fields(line); len(fields) >= 3 && fields[0] == container && fields[2] == "RUNNING" {
			return fields[1], nil
		}
	}
	return "", errors.New("no process runs in container " + container)
}
