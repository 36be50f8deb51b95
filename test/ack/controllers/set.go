package controllers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// Region is the one that the controllers work in where nothing nearer to a resource says otherwise.
const Region = "eu-west-1"

// Set is the pair of controllers, running or not.
type Set struct {
	server *apiserver.Server
	aws    string
	// users are the names of the controllers, by service; kubeconfigs let them be who they are.
	users, kubeconfigs map[string]string
	running            map[string]*apiserver.Controller
}

// Services are what the controllers are named after.
func Services() []string { return []string{"sagemaker", "s3"} }

// Need skips the test where nobody asked for the controllers, and fails it where they are not what was promised.
func Need(tb testing.TB) {
	tb.Helper()
	for _, service := range Services() {
		_, err := apiserver.FindController(service)
		if errors.Is(err, apiserver.ErrNoControllers) && os.Getenv(apiserver.ControllersVariable) == "" {
			tb.Skip(err)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// Install prepares the cluster for the controllers, which are to talk to AWS at a URL. None of them runs yet.
func Install(ctx context.Context, server *apiserver.Server, aws string) (*Set, error) {
	if err := kubectl(ctx, server, "create", "namespace", apiserver.ControllerNamespace); err != nil {
		return nil, err
	}
	for _, service := range Services() {
		if err := server.InstallControllerRBAC(ctx, service); err != nil {
			return nil, err
		}
	}
	return &Set{
		server: server, aws: aws,
		users: map[string]string{}, kubeconfigs: map[string]string{}, running: map[string]*apiserver.Controller{},
	}, nil
}

// AsServiceAccounts makes the controllers who ACK's manifests say that they are.
func (s *Set) AsServiceAccounts(ctx context.Context) error {
	for _, service := range Services() {
		account := "ack-" + service + "-controller"
		kubeconfig, err := s.server.ServiceAccountKubeconfig(ctx, apiserver.ControllerNamespace, account)
		if err != nil {
			return err
		}
		s.users[service] = "system:serviceaccount:" + apiserver.ControllerNamespace + ":" + account
		s.kubeconfigs[service] = kubeconfig
	}
	return nil
}

// AsUser makes both controllers one user, of whom no configuration of cmkgate knows.
func (s *Set) AsUser(ctx context.Context, username string) error {
	kubeconfig, err := s.server.UserKubeconfig(username)
	if err != nil {
		return err
	}
	for _, service := range Services() {
		role := "ack-" + service + "-controller"
		if err := kubectl(ctx, s.server, "create", "clusterrolebinding", role+"-elsewhere", "--clusterrole", role, "--user", username); err != nil {
			return err
		}
		s.users[service], s.kubeconfigs[service] = username, kubeconfig
	}
	return nil
}

// Is reports whether a user is one of the controllers.
func (s *Set) Is(username string) bool {
	return slices.Contains(slices.Collect(maps.Values(s.users)), username)
}

// Start starts the controllers, with more flags for both.
func (s *Set) Start(ctx context.Context, flags ...string) error {
	for _, service := range Services() {
		controller, err := s.server.StartController(ctx, apiserver.ControllerOptions{
			Service: service, Kubeconfig: s.kubeconfigs[service], Region: Region, AWS: s.aws, Args: flags,
		})
		if err != nil {
			return err
		}
		s.running[service] = controller
	}
	return nil
}

// Stop stops the controllers that run.
func (s *Set) Stop() error {
	var errs []error
	for service, controller := range s.running {
		errs = append(errs, controller.Stop())
		delete(s.running, service)
	}
	return errors.Join(errs...)
}

// Settle returns when each controller, since it started, has looked at as many objects as given, and is idle.
func (s *Set) Settle(ctx context.Context, objects map[string]int) error {
	for service, controller := range s.running {
		if err := controller.Settle(ctx, objects[service]); err != nil {
			return err
		}
	}
	return nil
}

// Log is where the log of a service's controller goes; false if it does not run.
func (s *Set) Log(service string) (path string, runs bool) {
	controller, runs := s.running[service]
	if !runs {
		return "", false
	}
	return controller.LogFile(), true
}

func kubectl(ctx context.Context, server *apiserver.Server, args ...string) error {
	result, err := server.Kubectl(ctx, nil, args...)
	if err != nil {
		return err
	}
	if result.Code != 0 {
		return fmt.Errorf("kubectl %v: %s", args, result.Stderr)
	}
	return nil
}
