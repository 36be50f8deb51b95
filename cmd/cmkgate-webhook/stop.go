package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-logr/logr"

	"github.com/cmkgate/cmkgate/webhook"
)

// stopper ends the process without a failed request: on a signal the replica
// becomes unready and keeps serving for a while, because API servers notice
// with a delay.
type stopper struct {
	signals context.Context
	release context.CancelFunc
	delay   time.Duration
}

// ready fails once a signal has come.
func (s *stopper) ready(*http.Request) error {
	if s.signals.Err() != nil {
		return errors.New("the process is stopping")
	}
	return nil
}

// drainingServer is a server whose handlers move clients to other replicas once this one is to stop.
type drainingServer struct {
	webhook.Server
	stop *stopper
}

// Register serves a handler.
func (h drainingServer) Register(path string, hook http.Handler) {
	h.Server.Register(path, h.stop.handOver(hook))
}

// handOver makes API servers use another replica while this one waits to stop:
// over HTTP/2 the header makes the server say, with an answer, that it takes no
// more requests on the connection. A connection that ends without this warning
// can take a request with it, which the API server does not send again.
func (s *stopper) handOver(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.signals.Err() != nil {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// context ends the delay after the first signal, or at once at a second one.
func (s *stopper) context(log logr.Logger) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		<-s.signals.Done()
		s.release() // from here on a second signal ends the process at once
		log.Info("stopping", "after", s.delay.String())
		time.Sleep(s.delay)
	}()
	return ctx
}
