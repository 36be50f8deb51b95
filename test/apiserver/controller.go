package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// ControllersVariable names the environment variable that points at the folder of ACK's controllers, one folder each:
// sagemaker/controller and s3/controller. The Makefile sets it.
const ControllersVariable = "CMKGATE_ACK_BIN"

// ErrNoControllers means that ACK's controllers have not been built, or that nobody asked for them.
var ErrNoControllers = errors.New(ControllersVariable + " does not point at ACK's controllers: run 'make e2e-ack'")

// ControllerNamespace is where ACK's manifests put the service accounts of the controllers.
const ControllerNamespace = "ack-system"

// ControllerOptions say how a controller of ACK is to run.
type ControllerOptions struct {
	// Service is what the controller is named after: sagemaker or s3.
	Service string
	// Kubeconfig says who the controller is.
	Kubeconfig string
	// Region is the one that the controller works in where nothing nearer to a resource says otherwise.
	Region string
	// AWS is the URL that stands for AWS.
	AWS string
	// Args are more flags.
	Args []string
}

// Controller is a running controller of ACK.
type Controller struct {
	options ControllerOptions
	metrics string
	process *process
}

// FindController resolves the binary of a controller. It returns an error that wraps [ErrNoControllers] where it is
// missing.
func FindController(service string) (string, error) {
	dir := os.Getenv(ControllersVariable)
	if dir == "" {
		return "", ErrNoControllers
	}
	binary := filepath.Join(dir, service, "controller")
	if _, err := exec.LookPath(binary); err != nil {
		return "", fmt.Errorf("%w (looked for %s)", ErrNoControllers, binary)
	}
	return filepath.Abs(binary)
}

// InstallControllerRBAC creates the service account of a controller and its rights, as ACK ships them.
func (s *Server) InstallControllerRBAC(ctx context.Context, service string) error {
	module, ok := map[string]string{"sagemaker": sageMakerModule, "s3": s3Module}[service]
	if !ok {
		return fmt.Errorf("there is no controller for %q", service)
	}
	dir, err := ModuleDir(ctx, module)
	if err != nil {
		return err
	}
	args := []string{"create"}
	for _, file := range []string{"service-account.yaml", "cluster-role-controller.yaml", "cluster-role-binding.yaml"} {
		args = append(args, "-f", filepath.Join(dir, "config", "rbac", file))
	}
	created, err := s.Kubectl(ctx, nil, args...)
	if err != nil {
		return err
	}
	if created.Code != 0 {
		return fmt.Errorf("creating the service account of the %s controller: %s", service, created.Stderr)
	}
	return nil
}

// StartController starts a controller of ACK and returns when it runs. AWS must answer already: the controller
// asks it who it is. The caller stops the controller before the server.
func (s *Server) StartController(ctx context.Context, options ControllerOptions) (*Controller, error) {
	binary, err := FindController(options.Service)
	if err != nil {
		return nil, err
	}
	addresses, err := freeAddresses(ctx, 2)
	if err != nil {
		return nil, err
	}
	args := append([]string{
		"--aws-region", options.Region,
		"--aws-endpoint-url", options.AWS,
		"--aws-identity-endpoint-url", options.AWS,
		"--allow-unsafe-aws-endpoint-urls", // http
		"--metrics-addr", addresses[0],
		"--healthz-addr", addresses[1],
	}, options.Args...)
	// Nothing of the machine's own AWS set-up may be found.
	environment := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir,
		"KUBECONFIG=" + options.Kubeconfig, "ACK_SYSTEM_NAMESPACE=" + ControllerNamespace,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true",
	}
	_, port, _ := strings.Cut(addresses[0], ":")
	log := filepath.Join(s.dir, options.Service+"-controller-"+port+".log")
	s.report("starting the " + options.Service + " controller")
	process, err := startProcessIn(ctx, environment, log, binary, args...)
	if err != nil {
		return nil, err
	}
	c := &Controller{options: options, metrics: addresses[0], process: process}
	ctx, cancel := process.whileRunning(ctx)
	defer cancel()
	if err := poll(ctx, "the "+options.Service+" controller to start", c.started); err != nil {
		process.terminate()
		<-process.exited
		return nil, err
	}
	return c, nil
}

// Stop ends the controller. It fails where the process does not end gracefully.
func (c *Controller) Stop() error {
	return c.process.stop()
}

// LogFile is where the controller's log goes. It is removed when the server stops.
func (c *Controller) LogFile() string {
	return c.process.log
}

func (c *Controller) started(ctx context.Context) error {
	_, err := c.work(ctx)
	return err
}

// Settle returns when the controller, since it started, has looked at as many objects as given and has nothing to do
// at once. What it means to look at again later does not count.
func (c *Controller) Settle(ctx context.Context, objects int) error {
	ctx, cancel := c.process.whileRunning(ctx)
	defer cancel()
	var before work
	return poll(ctx, "the "+c.options.Service+" controller to settle", func(ctx context.Context) error {
		now, err := c.work(ctx)
		if err != nil {
			return err
		}
		// Between two counters that are read one after the other an object may be in neither queue nor worker; with
		// two equal readings none was.
		idle := now.done >= objects && now.queued == 0 && now.active == 0 && now == before
		before = now
		if !idle {
			return fmt.Errorf("want %d objects looked at and none waiting: %+v", objects, now)
		}
		return nil
	})
}

// work is what the controller's metrics say of its work.
type work struct {
	queued, active, done int
}

func (c *Controller) work(ctx context.Context) (work, error) {
	metrics, err := fetch(ctx, "http://"+c.metrics+"/metrics")
	if err != nil {
		return work{}, err
	}
	var w work
	counters := map[string]*int{
		"workqueue_depth":                    &w.queued,
		"controller_runtime_active_workers":  &w.active,
		"controller_runtime_reconcile_total": &w.done,
	}
	for line := range strings.Lines(metrics) {
		name, sample, _ := strings.Cut(line, "{")
		counter, ok := counters[name]
		if !ok {
			continue
		}
		_, value, _ := strings.Cut(sample, "} ")
		number, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return work{}, fmt.Errorf("reading the metric %s: %w", name, err)
		}
		*counter += int(number)
	}
	return w, nil
}
