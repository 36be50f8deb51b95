package apiserver

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// How long a process may take to end after SIGTERM before it is killed.
const terminationGrace = 30 * time.Second

// process is a program that runs in the background until it is stopped or exits on its own.
type process struct {
	command   *exec.Cmd
	terminate context.CancelFunc
	exited    chan struct{}
	log       string
}

// startProcess starts a program in this process's environment. Its output, all of it, goes to the file log.
func startProcess(ctx context.Context, log, binary string, args ...string) (*process, error) {
	return startProcessIn(ctx, nil, log, binary, args...)
}

// startProcessIn is startProcess in an environment of its own.
func startProcessIn(ctx context.Context, environment []string, log, binary string, args ...string) (*process, error) {
	output, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("creating the log of %s: %w", binary, err)
	}
	defer func() { _ = output.Close() }() // the process has its own handle
	// The process outlives the context that it was started with: requests may still be under way when that ends.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &process{
		command:   exec.CommandContext(ctx, binary, args...),
		terminate: cancel,
		exited:    make(chan struct{}),
		log:       log,
	}
	p.command.Env = environment
	p.command.Stdout, p.command.Stderr = output, output
	// Ctrl-C reaches every process of the terminal's group. This one is to stop when it is told to, not before.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.command.Cancel = func() error { return p.command.Process.Signal(syscall.SIGTERM) }
	p.command.WaitDelay = terminationGrace
	if err := p.command.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("starting %s: %w", binary, err)
	}
	go func() {
		defer close(p.exited)
		_ = p.command.Wait() // the exit code, which stop reads, says all there is to know
	}()
	return p, nil
}

// stop asks the process to end and waits until it has. It complains about one that had ended on its own, that had to
// be killed, or that exited with an error.
func (p *process) stop() error {
	select {
	case <-p.exited:
		p.terminate()
		return p.failure("ended by itself")
	default:
	}
	p.terminate()
	<-p.exited
	if !p.command.ProcessState.Success() {
		return p.failure("did not end well")
	}
	return nil
}

// whileRunning derives a context that also ends when the process does.
func (p *process) whileRunning(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-ctx.Done():
		case <-p.exited:
			cancel(p.failure("ended"))
		}
	}()
	return ctx, func() { cancel(nil) }
}

// failure describes a process that has exited, with the end of what it wrote.
func (p *process) failure(what string) error {
	const tail = 4 << 10
	log, err := os.ReadFile(p.log)
	if err != nil {
		log = []byte(err.Error())
	}
	log = log[max(0, len(log)-tail):]
	return fmt.Errorf("%s %s (%s):\n%s", p.command.Path, what, p.command.ProcessState, bytes.TrimSpace(log))
}
