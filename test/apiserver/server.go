package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// A machine that is busy compiling may need far longer than the few seconds that a start takes otherwise.
const (
	startTimeout = 2 * time.Minute
	stopTimeout  = time.Minute
	crdTimeout   = 2 * time.Minute
)

// Options say what [Start] needs to know. The zero value serves wherever the working directory is inside the module.
type Options struct {
	// Binaries is the folder that holds etcd, kube-apiserver and kubectl. Empty: see [findBinaries].
	Binaries string
	// Tracing has the API server trace every request. It then tells webhooks the span that calls them.
	Tracing bool
	// Patches has the audit log tell what webhooks patch.
	Patches bool
	// Progress is reported of each slow step as it begins. Nil: nobody is reported.
	Progress func(step string)
}

// Server is a running API server. Its methods may be called from several goroutines, except Stop.
type Server struct {
	environment *envtest.Environment
	binaries    string
	dir         string
	progress    func(string)
}

// Start starts etcd and kube-apiserver and installs the CRDs of ACK's SageMaker and S3 controllers. The caller stops
// the server.
func Start(ctx context.Context, options Options) (*Server, error) {
	binaries, err := findBinaries(ctx, options.Binaries)
	if err != nil {
		return nil, err
	}
	crds, err := CRDPaths(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cmkgate-apiserver-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the API server's files: %w", err)
	}
	server := &Server{binaries: binaries, dir: dir, progress: options.Progress}
	if err := server.start(crds, options); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	// envtest cannot be interrupted while it starts; a caller who gave up meanwhile gets no server.
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return server, nil
}

func (s *Server) start(crds []string, options Options) error {
	audit, err := s.writeAuditPolicy(options.Patches)
	if err != nil {
		return err
	}
	s.environment = &envtest.Environment{
		BinaryAssetsDirectory:    s.binaries,
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  stopTimeout,
	}
	// There is one API server and no service network: nothing to reconcile, and loopback addresses are refused otherwise.
	s.environment.ControlPlane.GetAPIServer().Configure().
		Set("endpoint-reconciler-type", "none").
		Set("audit-policy-file", audit).
		Set("audit-log-path", s.AuditLog())
	if options.Tracing {
		file, err := s.writeTracing()
		if err != nil {
			return err
		}
		s.environment.ControlPlane.GetAPIServer().Configure().Set("tracing-config-file", file)
	}

	s.report("starting etcd and kube-apiserver")
	if _, err := s.environment.Start(); err != nil {
		return fmt.Errorf("starting etcd and kube-apiserver from %s: %w", s.binaries, err)
	}
	if err := os.WriteFile(s.Kubeconfig(), s.environment.KubeConfig, 0o600); err != nil {
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	s.report("installing the CRDs of ACK")
	_, err = envtest.InstallCRDs(s.Config(), envtest.CRDInstallOptions{
		Paths:              crds,
		ErrorIfPathMissing: true,
		MaxTime:            crdTimeout,
	})
	if err != nil {
		return fmt.Errorf("installing the CRDs of ACK: %w", err)
	}
	return nil
}

// Stop ends the API server and etcd and removes their files.
func (s *Server) Stop() error {
	var errs []error
	if s.environment != nil {
		if err := s.environment.Stop(); err != nil {
			errs = append(errs, fmt.Errorf("stopping the API server: %w", err))
		}
	}
	if err := os.RemoveAll(s.dir); err != nil {
		errs = append(errs, fmt.Errorf("removing the API server's files: %w", err))
	}
	return errors.Join(errs...)
}

// Kubeconfig is the path of a kubeconfig for an administrator. It is removed by Stop.
func (s *Server) Kubeconfig() string {
	return filepath.Join(s.dir, "kubeconfig")
}

// Config is a client configuration for an administrator.
func (s *Server) Config() *rest.Config {
	return rest.CopyConfig(s.environment.Config)
}

func (s *Server) report(step string) {
	if s.progress != nil {
		s.progress(step)
	}
}
