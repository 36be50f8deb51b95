package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
)

// probeServer serves /healthz and /readyz as controller-runtime's own server
// does. That one shows the names of checks alone; this one ends /readyz?verbose
// with the status. Single checks are below: /readyz/caches.
func probeServer(address string, ready map[string]healthz.Checker, status func() string) *httpPart {
	mux := http.NewServeMux()
	handle := func(path string, handler http.Handler) {
		mux.Handle(path, http.StripPrefix(path, handler))
		mux.Handle(path+"/", http.StripPrefix(path, handler))
	}
	handle("/healthz", &healthz.Handler{Checks: map[string]healthz.Checker{"ping": healthz.Ping}})
	handle("/readyz", withStatus(&healthz.Handler{Checks: ready}, status))
	return &httpPart{name: "health probe", patience: 5 * time.Second, server: &http.Server{
		Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 90 * time.Second, MaxHeaderBytes: 1 << 20,
	}}
}

// withStatus adds the status to the verbose list of checks, and to no answer of a single check.
func withStatus(checks http.Handler, status func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		checks.ServeHTTP(w, r)
		if r.URL.Query().Has("verbose") && (r.URL.Path == "" || r.URL.Path == "/") {
			_, _ = fmt.Fprint(w, status()) // a client that is gone needs no status
		}
	})
}

// logged says why a replica is not ready, once for each reason: the page
// withholds it, because anybody in the cluster's network can read that.
func logged(name string, check healthz.Checker, log logr.Logger) healthz.Checker {
	var mu sync.Mutex
	reason := ""
	return func(r *http.Request) error {
		err := check(r)
		mu.Lock()
		defer mu.Unlock()
		switch now := reasonOf(err); now {
		case reason:
		case "":
			log.Info("ready again", "check", name)
			reason = now
		default:
			log.Info("not ready", "check", name, "reason", now)
			reason = now
		}
		return err
	}
}

// reasonOf is one line. Joined errors come in any order.
func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	reasons := strings.Split(err.Error(), "\n")
	slices.Sort(reasons)
	return strings.Join(reasons, "; ")
}
