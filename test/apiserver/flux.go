package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// FluxVariable names the environment variable that points at the folder of Flux' source-controller,
// kustomize-controller and command line. The Makefile sets it.
const FluxVariable = "CMKGATE_FLUX_BIN"

// ErrNoFlux means that Flux has not been built, or that nobody asked for it.
var ErrNoFlux = errors.New(FluxVariable + " does not point at Flux: run 'make e2e-flux'")

// FluxNamespace is where Flux installs itself.
const FluxNamespace = "flux-system"

const (
	sourceController    = "source-controller"
	kustomizeController = "kustomize-controller"
)

// FindFlux resolves the folder of Flux' binaries. It returns an error that wraps [ErrNoFlux] where one is missing.
func FindFlux() (string, error) {
	dir := os.Getenv(FluxVariable)
	if dir == "" {
		return "", ErrNoFlux
	}
	for _, name := range []string{sourceController, kustomizeController, "flux"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("%w (looked for %s in %s)", ErrNoFlux, name, dir)
		}
	}
	return filepath.Abs(dir)
}

// InstallFlux creates what Flux' own manifests do: its CRDs, its namespace, the service accounts and their rights.
func (s *Server) InstallFlux(ctx context.Context) error {
	paths, err := fluxManifests(ctx)
	if err != nil {
		return err
	}
	s.report("installing the CRDs and rights of Flux")
	for _, args := range [][]string{
		{"create", "namespace", FluxNamespace},
		append([]string{"create", "--namespace", FluxNamespace, "--filename"}, strings.Join(paths, ",")),
		{"wait", "--for=condition=Established", "--all", "customresourcedefinitions"},
	} {
		done, err := s.Kubectl(ctx, nil, args...)
		if err != nil {
			return err
		}
		if done.Code != 0 {
			return fmt.Errorf("installing Flux: %s", done.Stderr)
		}
	}
	return nil
}

// fluxManifests are the parts of Flux' installation that matter where its controllers run as processes, in the versions
// that hack/flux builds.
func fluxManifests(ctx context.Context) ([]string, error) {
	root, err := ModuleRoot(ctx)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, part := range []struct {
		by, module string
		paths      []string
	}{
		{"controllers", "github.com/fluxcd/source-controller", []string{"config/crd/bases"}},
		{"controllers", "github.com/fluxcd/kustomize-controller", []string{"config/crd/bases"}},
		{"cli", "github.com/fluxcd/flux2/v2", []string{
			"manifests/bases/source-controller/account.yaml", "manifests/bases/kustomize-controller/account.yaml",
			"manifests/rbac/controller.yaml", "manifests/rbac/reconciler.yaml",
		}},
	} {
		dir, err := moduleDirIn(ctx, filepath.Join(root, "hack", "flux", part.by), part.module)
		if err != nil {
			return nil, err
		}
		for _, path := range part.paths {
			paths = append(paths, filepath.Join(dir, filepath.FromSlash(path)))
		}
	}
	return paths, nil
}

// FluxController is a running controller of Flux.
type FluxController struct {
	health  string
	process *process
}

// StartSourceController starts Flux' source-controller and returns when it is ready. The caller stops it before the
// server.
func (s *Server) StartSourceController(ctx context.Context) (*FluxController, error) {
	addresses, err := freeAddresses(ctx, 1)
	if err != nil {
		return nil, err
	}
	return s.startFlux(ctx, sourceController,
		"--storage-path", filepath.Join(s.dir, "artifacts"),
		"--storage-addr", addresses[0],
		"--storage-adv-addr", addresses[0])
}

// StartKustomizeController starts Flux' kustomize-controller, with more flags, and returns when it is ready. The caller
// stops it before the server.
func (s *Server) StartKustomizeController(ctx context.Context, args ...string) (*FluxController, error) {
	return s.startFlux(ctx, kustomizeController, args...)
}

func (s *Server) startFlux(ctx context.Context, name string, args ...string) (*FluxController, error) {
	dir, err := FindFlux()
	if err != nil {
		return nil, err
	}
	kubeconfig, err := s.ServiceAccountKubeconfig(ctx, FluxNamespace, name)
	if err != nil {
		return nil, err
	}
	temporary, err := os.MkdirTemp(s.dir, name+"-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the %s: %w", name, err)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "artifacts"), 0o700); err != nil {
		return nil, fmt.Errorf("making a folder for the artifacts of Flux: %w", err)
	}
	addresses, err := freeAddresses(ctx, 2)
	if err != nil {
		return nil, err
	}
	environment := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + temporary, "TMPDIR=" + temporary,
		"KUBECONFIG=" + kubeconfig, "RUNTIME_NAMESPACE=" + FluxNamespace,
	}
	s.report("starting the " + name)
	process, err := startProcessIn(ctx, environment, temporary+".log", filepath.Join(dir, name),
		append([]string{"--metrics-addr", addresses[0], "--health-addr", addresses[1]}, args...)...)
	if err != nil {
		return nil, err
	}
	c := &FluxController{health: addresses[1], process: process}
	ctx, cancel := process.whileRunning(ctx)
	defer cancel()
	if err := poll(ctx, "the "+name+" to be ready", c.ready); err != nil {
		process.terminate()
		<-process.exited
		return nil, err
	}
	return c, nil
}

func (c *FluxController) ready(ctx context.Context) error {
	return (&Webhook{health: c.health}).ready(ctx)
}

// Stop ends the controller. Whether it ends gracefully is Flux' affair.
func (c *FluxController) Stop() { _ = c.process.stop() }

// LogFile is where the controller's log goes: JSON, one object a line. It is removed when the server stops.
func (c *FluxController) LogFile() string { return c.process.log }
