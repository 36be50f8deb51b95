package e2e

import (
	"context"
	"fmt"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// kindName is the only kind cluster that the suite touches.
const kindName = "cmkgate-e2e"

// kind is a cluster of kind with one node, a container of Docker.
type kind struct{ container string }

func findKind(ctx context.Context) (*kind, *rest.Config, error) {
	kubeconfig, err := command(ctx, "kind", "get", "kubeconfig", "--name", kindName)
	if err != nil {
		return nil, nil, fmt.Errorf("make the cluster with 'kind create cluster --name %s': %w", kindName, err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	if err != nil {
		return nil, nil, fmt.Errorf("read kind's kubeconfig: %w", err)
	}
	return &kind{container: kindName + "-control-plane"}, config, nil
}

func (k *kind) run(ctx context.Context, args ...string) (string, error) {
	return command(ctx, append([]string{"docker", "exec", k.container}, args...)...)
}

func (k *kind) ctr(ctx context.Context, args ...string) (string, error) {
	return k.run(ctx, append([]string{"ctr", "-n", "k8s.io"}, args...)...)
}

func (*kind) importImage(ctx context.Context, archive string) error {
	_, err := command(ctx, "kind", "load", "image-archive", archive, "--name", kindName)
	return err
}

func (k *kind) put(ctx context.Context, file string) (string, error) {
	path := "/" + filepath.Base(file)
	_, err := command(ctx, "docker", "cp", file, k.container+":"+path)
	return path, err
}

func (k *kind) stop(ctx context.Context) error {
	_, err := command(ctx, "docker", "stop", k.container)
	return err
}

func (k *kind) start(ctx context.Context) error {
	_, err := command(ctx, "docker", "start", k.container)
	return err
}
