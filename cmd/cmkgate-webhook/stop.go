package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-logr/logr"
)

// stopper ends the process without a failed request: on a signal the replica
// says that it is not ready and goes on serving for a while, because API
// servers learn of it with a delay.
type stopper struct {
	signals context.Context //nolint:containedctx // it stands for the process's signals
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
