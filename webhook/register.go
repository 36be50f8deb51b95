package webhook

import (
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// The paths of the two webhooks.
const (
	MutatePath   = "/mutate"
	ValidatePath = "/validate"
)

// Server is where handlers are registered.
type Server interface {
	Register(path string, hook http.Handler)
}

// Register serves the reviewer on both paths. Middleware is what every request
// goes through; nil if there is nothing of the kind.
func Register(server Server, r *Reviewer, middleware func(webhook string, next http.Handler) http.Handler) {
	for path, hook := range map[string]struct {
		name   string
		handle admission.HandlerFunc
	}{
		MutatePath:   {"mutate", r.Mutate},
		ValidatePath: {"validate", r.Validate},
	} {
		handler := Handler(hook.handle, r.Log)
		if r.Gate != nil {
			handler = r.Gate.Guard(handler)
		}
		if middleware != nil {
			handler = middleware(hook.name, handler)
		}
		server.Register(path, r.Metrics.timed(hook.name, handler))
	}
}

// Handler is the HTTP side of one webhook: it reads the review (7 MiB at most),
// recovers panics and writes the answer.
func Handler(handle admission.HandlerFunc, log logr.Logger) http.Handler {
	return withReadDeadline(&reviewHandler{log: log, hook: &admission.Webhook{
		Handler: handle,
		// The decision line has all that the default would add to every request.
		LogConstructor: func(logr.Logger, *admission.Request) logr.Logger { return log },
	}})
}

// readTimeout bounds how long a client may take to send its review. The API
// server gives up after 3 s with the timeouts of the chart.
const readTimeout = 5 * time.Second

// withReadDeadline ends requests whose body arrives too slowly.
func withReadDeadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setReadDeadline(w, readTimeout)
		next.ServeHTTP(w, r)
	})
}

// setReadDeadline has no effect on a writer that cannot set deadlines (in
// tests), which has no slow client either.
func setReadDeadline(w http.ResponseWriter, timeout time.Duration) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(timeout))
}
