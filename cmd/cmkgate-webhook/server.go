package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/cmkgate/cmkgate/webhook/certs"
)

// Over HTTP/2 an API server sends all its requests on one connection, and what
// is not read yet counts against that connection. With Go's defaults (1 MiB for
// each) one large request that waits for room holds up all others. These have
// every request that may be under way keep its share.
const (
	streams          = 64
	bufferPerStream  = 64 << 10 // a small request of webhook.Gate as a whole
	bufferConnection = streams * bufferPerStream
)

// webhookServer is where API servers call. controller-runtime's own has no way
// to set the buffers, and ends the requests under way when it is to stop.
type webhookServer struct {
	*httpPart
	mux *http.ServeMux
	up  atomic.Bool
}

func newServer(certificates certs.Source, opts options) *webhookServer {
	s := &webhookServer{mux: http.NewServeMux()}
	s.httpPart = &httpPart{name: "webhooks", patience: time.Minute, server: &http.Server{
		Addr: net.JoinHostPort(opts.host, strconv.Itoa(opts.port)), Handler: s.mux,
		ReadHeaderTimeout: 32 * time.Second, IdleTimeout: 90 * time.Second, MaxHeaderBytes: 1 << 20,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: certificates.GetCertificate},
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: streams, MaxReceiveBufferPerStream: bufferPerStream, MaxReceiveBufferPerConnection: bufferConnection,
		},
		BaseContext: func(net.Listener) context.Context {
			s.up.Store(true)
			return context.Background()
		},
	}}
	return s
}

// Register serves a handler.
func (s *webhookServer) Register(path string, hook http.Handler) { s.mux.Handle(path, hook) }

// listening fails until the server accepts connections.
func (s *webhookServer) listening(*http.Request) error {
	if !s.up.Load() {
		return errors.New("the server is not listening yet")
	}
	return nil
}
