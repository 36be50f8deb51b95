package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"
)

// TestAReplicaThatIsToStopHandsOverWithAnAnswer: what comes after the answer goes to another connection, and with it to
// another replica, before this one closes anything.
func TestAReplicaThatIsToStopHandsOverWithAnAnswer(t *testing.T) {
	signals, stop := context.WithCancel(t.Context())
	s := &stopper{signals: signals}
	server := httptest.NewUnstartedServer(s.handOver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("HTTP/%d", r.ProtoMajor)
		}
		w.WriteHeader(http.StatusNoContent)
	})))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	reused := func() (again bool) {
		trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { again = i.Reused }}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodGet, server.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return again
	}
	reused()
	if !reused() {
		t.Error("a connection serves one request only")
	}
	stop()
	reused()
	if reused() {
		t.Error("the connection goes on when the replica is to stop")
	}
}
