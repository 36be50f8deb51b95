package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// localCertificate is that of Go's test servers.
type localCertificate struct{ certificate tls.Certificate }

func (localCertificate) Start(ctx context.Context) error { <-ctx.Done(); return nil }
func (localCertificate) Ready(*http.Request) error       { return nil }
func (l localCertificate) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return &l.certificate, nil
}

// serveLocally starts the server and returns a client of it and its URL.
func serveLocally(t *testing.T, handler http.Handler) (*http.Client, string) {
	t.Helper()
	local := httptest.NewUnstartedServer(http.NotFoundHandler())
	local.EnableHTTP2 = true
	local.StartTLS()
	client, certificate := local.Client(), local.TLS.Certificates[0]
	local.Close()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	number, _ := strconv.Atoi(port)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	server := newServer(localCertificate{certificate}, options{host: "127.0.0.1", port: number})
	server.Register("/", handler)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- server.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for range 500 {
		if server.listening(nil) == nil {
			return client, "https://127.0.0.1:" + port
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the server does not listen")
	return nil, ""
}

// TestSmallRequestsPassLargeOnesThatWait: API servers send all on one
// connection, and nothing of the large ones is read before there is room.
func TestSmallRequestsPassLargeOnesThatWait(t *testing.T) {
	const large = 32
	room, waiting := make(chan struct{}), make(chan struct{}, large)
	client, url := serveLocally(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("HTTP/%d", r.ProtoMajor)
		}
		if r.ContentLength > bufferPerStream {
			waiting <- struct{}{}
			<-room
		}
		var body bytes.Buffer
		if n, err := body.ReadFrom(r.Body); n != r.ContentLength || err != nil {
			t.Errorf("%d bytes of %d: %v", n, r.ContentLength, err)
		}
	}))
	post := func(ctx context.Context, size int) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(make([]byte, size)))
		if err != nil {
			t.Error(err)
			return
		}
		answer, err := client.Do(request)
		if err != nil {
			t.Errorf("a request of %d bytes: %v", size, err)
			return
		}
		_ = answer.Body.Close()
	}
	post(t.Context(), 1) // opens the connection
	var all sync.WaitGroup
	for range large {
		all.Go(func() { post(t.Context(), 1<<20) })
	}
	for range large {
		<-waiting
	}
	time.Sleep(100 * time.Millisecond) // the client sends as much of them as it may
	patient, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	post(patient, bufferPerStream)
	close(room)
	all.Wait()
}
