package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// lab is a one-node cluster of processes in a network namespace, in which the suite runs too.
type lab struct {
	dir      string
	stopped  []component
	patience time.Duration
}

// component is a process of the cluster as it was when it was stopped.
type component struct {
	name       string
	args, env  []string
	waitSocket string
}

// findLab knows the lab by its files: no other cluster has a kubeconfig beside the process ids of its components.
func findLab(kubeconfig string) (*lab, *rest.Config, error) {
	l := &lab{dir: filepath.Dir(kubeconfig), patience: 20 * time.Second}
	for _, name := range l.components() {
		if _, err := l.pid(name); err != nil {
			return nil, nil, fmt.Errorf("KUBECONFIG %q is not that of a lab (run the suite with 'make e2e'): %w", kubeconfig, err)
		}
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, nil, fmt.Errorf("read the lab's kubeconfig: %w", err)
	}
	if config.Host != "https://127.0.0.1:6443" {
		return nil, nil, fmt.Errorf("the lab's API server is https://127.0.0.1:6443, not %s", config.Host)
	}
	return l, config, nil
}

// components are in the order in which they start.
func (*lab) components() []string {
	return []string{"etcd", "apiserver", "controller-manager", "scheduler", "proxy", "containerd", "kubelet"}
}

func (*lab) run(ctx context.Context, args ...string) (string, error) { return command(ctx, args...) }

func (l *lab) socket() string { return filepath.Join(l.dir, "containerd.sock") }

func (l *lab) ctr(ctx context.Context, args ...string) (string, error) {
	return command(ctx, append([]string{"ctr", "-a", l.socket(), "-n", "k8s.io"}, args...)...)
}

func (l *lab) importImage(ctx context.Context, archive string) error {
	_, err := l.ctr(ctx, "images", "import", "--local", archive)
	return err
}

func (*lab) put(_ context.Context, file string) (string, error) { return file, nil }

func (l *lab) pidFile(name string) string { return filepath.Join(l.dir, "pid", name) }

func (l *lab) pid(name string) (int, error) {
	text, err := os.ReadFile(l.pidFile(name))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// stop remembers how each component was started, and ends them in the reverse order.
func (l *lab) stop(ctx context.Context) error {
	l.stopped = nil
	for _, name := range l.components() {
		c, err := l.remember(name)
		if err != nil {
			return err
		}
		l.stopped = append(l.stopped, c)
	}
	for _, c := range slices.Backward(l.stopped) {
		// Containers go while containerd can still be asked for them.
		if c.name == "containerd" {
			if err := l.killContainers(ctx); err != nil {
				return err
			}
		}
		if err := l.end(c.name); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) remember(name string) (component, error) {
	pid, err := l.pid(name)
	if err != nil {
		return component{}, fmt.Errorf("find %s: %w", name, err)
	}
	read := func(what string) []string {
		text, readErr := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, what))
		err = errors.Join(err, readErr)
		return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
	}
	c := component{name: name, args: read("cmdline"), env: read("environ")}
	if name == "containerd" {
		c.waitSocket = l.socket()
	}
	if err != nil {
		return c, fmt.Errorf("find %s: %w", name, err)
	}
	return c, nil
}

func (l *lab) killContainers(ctx context.Context) error {
	running, err := l.ctr(ctx, "tasks", "ls", "-q")
	if err != nil {
		return err
	}
	for container := range strings.FieldsSeq(running) {
		if _, err := l.ctr(ctx, "tasks", "kill", "--signal", "SIGKILL", container); err != nil && !strings.Contains(err.Error(), "not found") {
			return err
		}
	}
	return nil
}

// end asks a process to stop, and makes it.
func (l *lab) end(name string) error {
	pid, err := l.pid(name)
	if err != nil {
		return err
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(pid, signal); errors.Is(err, syscall.ESRCH) {
			return nil
		}
		for end := time.Now().Add(l.patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if !running(pid) {
				return nil
			}
		}
	}
	return fmt.Errorf("%s (process %d) does not end", name, pid)
}

// running distinguishes a process from one that is gone or that nobody has waited for yet.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return false
	}
	_, state, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(state, []byte("Z"))
}

func (l *lab) start(ctx context.Context) error {
	for _, c := range l.stopped {
		if err := l.revive(c); err != nil {
			return err
		}
		if c.name == "apiserver" {
			if err := within(ctx, l.patience, func() bool { return listens("127.0.0.1:6443") }); err != nil {
				return fmt.Errorf("wait for the API server: %w", err)
			}
		}
		if c.waitSocket == "" {
			continue
		}
		if err := within(ctx, l.patience, func() bool { _, err := l.ctr(ctx, "version"); return err == nil }); err != nil {
			return fmt.Errorf("wait for %s: %w", c.name, err)
		}
	}
	return nil
}

// revive starts a component as it was started before. It outlives the suite.
func (l *lab) revive(c component) error {
	log, err := os.OpenFile(filepath.Join(l.dir, "log", c.name+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	defer func() { _ = log.Close() }() // the process has its own handle
	process := exec.CommandContext(context.Background(), c.args[0], c.args[1:]...)
	process.Env, process.Stdout, process.Stderr = c.env, log, log
	process.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := process.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	go func() { _ = process.Wait() }() // so that it leaves no zombie; how it ends is for the lab to say
	return os.WriteFile(l.pidFile(c.name), []byte(strconv.Itoa(process.Process.Pid)+"\n"), 0o600)
}

func listens(address string) bool {
	connection, err := (&net.Dialer{Timeout: time.Second}).Dial("tcp", address)
	return err == nil && connection.Close() == nil
}

func within(ctx context.Context, patience time.Duration, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !ready() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}
