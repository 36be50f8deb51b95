package apiserver

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
)

// Replica is a running cmkgate-webhook that nobody has registered: one of several, or one that keeps its own
// certificates.
type Replica struct {
	address, metrics, health string
	process                  *process
}

// StartReplica starts the cmkgate-webhook binary and returns when it is ready. What certificate it serves, and with which
// rights it runs, is for the arguments to say. The caller stops it before the server.
func (s *Server) StartReplica(ctx context.Context, binary, config string, args ...string) (*Replica, error) {
	addresses, err := freeAddresses(ctx, 3)
	if err != nil {
		return nil, err
	}
	replica := &Replica{address: addresses[0], metrics: addresses[1], health: addresses[2]}
	_, port, err := net.SplitHostPort(replica.address)
	if err != nil {
		return nil, err
	}
	s.report("starting a replica of the webhook")
	replica.process, err = startProcess(ctx, filepath.Join(s.dir, fmt.Sprintf("replica-%s.log", port)), binary, append([]string{
		"--config", config,
		"--host", host,
		"--port", port,
		"--metrics-addr", replica.metrics,
		"--health-addr", replica.health,
		"--kubeconfig", s.Kubeconfig(),
	}, args...)...)
	if err != nil {
		return nil, err
	}
	ctx, cancel := replica.process.whileRunning(ctx)
	defer cancel()
	if err := poll(ctx, "the replica to be ready", replica.Ready); err != nil {
		replica.process.terminate()
		<-replica.process.exited
		return nil, err
	}
	return replica, nil
}

// Ready fails where the replica's readiness probe does.
func (r *Replica) Ready(ctx context.Context) error {
	return (&Webhook{health: r.health}).ready(ctx)
}

// Address is where the replica serves the webhooks.
func (r *Replica) Address() string { return r.address }

// MetricsURL is where the replica serves its metrics.
func (r *Replica) MetricsURL() string { return "http://" + r.metrics + "/metrics" }

// LogFile is where the replica's log goes: JSON, one object a line. It is removed when the server stops.
func (r *Replica) LogFile() string { return r.process.log }

// Stop ends the replica, and fails where it does not end gracefully.
func (r *Replica) Stop() error { return r.process.stop() }
