package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

type partFunc func(ctx context.Context) error

func (f partFunc) Start(ctx context.Context) error { return f(ctx) }

func TestAPartThatFailsEndsTheOthers(t *testing.T) {
	broken := errors.New("broken")
	ended := false
	err := runAll(t.Context(),
		partFunc(func(ctx context.Context) error { <-ctx.Done(); ended = true; return nil }),
		partFunc(func(context.Context) error { return broken }))
	if !errors.Is(err, broken) || !ended {
		t.Errorf("err %v, the other ended: %v", err, ended)
	}
}

func TestPartsEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := runAll(ctx, partFunc(func(ctx context.Context) error { <-ctx.Done(); return nil })); err != nil {
		t.Error(err)
	}
}

func TestAnHTTPPartAnswersWhatIsUnderWay(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		stop()
		time.Sleep(50 * time.Millisecond)
		w.WriteHeader(http.StatusTeapot)
	})
	ended := make(chan error)
	go func() {
		ended <- (&httpPart{name: "test", patience: 5 * time.Second, server: &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: time.Second}}).Start(ctx)
	}()
	code := 0
	for range 100 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			code = answer.StatusCode
			_ = answer.Body.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := <-ended; err != nil || code != http.StatusTeapot {
		t.Errorf("err %v, code %d", err, code)
	}
}

func TestAnAddressThatIsTakenIsAnError(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	server := &http.Server{Addr: listener.Addr().String(), ReadHeaderTimeout: time.Second}
	if err := runAll(t.Context(), &httpPart{name: "health probe", server: server}); err == nil {
		t.Error("want an error")
	}
}
