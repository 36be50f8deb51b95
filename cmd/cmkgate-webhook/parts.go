package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// runnable is something that runs as long as the process. controller-runtime's
// manager would run the parts too, but brings clients, caches and leader
// election along, none of which cmkgate has: 2 MB of the image.
type runnable interface {
	Start(ctx context.Context) error
}

// runAll runs them until the context ends or one of them fails, and returns
// when all have ended.
func runAll(ctx context.Context, runnables ...runnable) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range runnables {
		group.Go(func() error { return p.Start(ctx) })
	}
	return group.Wait()
}

// httpPart serves HTTP, with TLS where the server has a configuration of it.
type httpPart struct {
	name   string
	server *http.Server
	// patience is how long requests that are under way may take when it is to stop.
	patience time.Duration
}

// Start serves until the context ends, and then answers what is under way.
func (h *httpPart) Start(ctx context.Context) error {
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.patience)
		defer cancel()
		stopped <- h.server.Shutdown(last)
	}()
	serve := h.server.ListenAndServe
	if h.server.TLSConfig != nil {
		serve = func() error { return h.server.ListenAndServeTLS("", "") }
	}
	if err := serve(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("%s at %s: %w", h.name, h.server.Addr, err)
	}
	return <-stopped
}
