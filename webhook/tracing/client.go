package tracing

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"strconv"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// client sends spans by OTLP over HTTP. OpenTelemetry's own client for it
// (otlptracehttp) links gRPC and its gateway: 13 MB, a third of the image.
type client struct {
	settings settings
	http     *http.Client
	// pause is how long to wait before the first repetition.
	pause time.Duration
}

func newClient(s settings) (*client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.authority != "" {
		text, err := os.ReadFile(s.authority)
		if err != nil {
			return nil, fmt.Errorf("%sCERTIFICATE: %w", prefix, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%sCERTIFICATE: %s contains no PEM certificate", prefix, s.authority)
		}
	}
	if s.certificate != "" || s.privateKey != "" {
		pair, err := tls.LoadX509KeyPair(s.certificate, s.privateKey)
		if err != nil {
			return nil, fmt.Errorf("%sCLIENT_CERTIFICATE and %sCLIENT_KEY: %w", prefix, prefix, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return &client{
		settings: s,
		http:     &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, ForceAttemptHTTP2: true}},
		pause:    time.Second,
	}, nil
}

// Start is part of otlptrace.Client.
func (*client) Start(context.Context) error { return nil }

// Stop is part of otlptrace.Client.
func (c *client) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// UploadTraces is part of otlptrace.Client. What the collector cannot take now
// is sent again until the timeout; then it is lost, and an error says so.
func (c *client) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	// The same bytes as an ExportTraceServiceRequest, whose package needs gRPC.
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return fmt.Errorf("encode traces: %w", err)
	}
	if c.settings.gzip {
		body = compressed(body)
	}
	ctx, cancel := context.WithTimeout(ctx, c.settings.timeout)
	defer cancel()
	for pause := c.pause; ; pause *= 2 {
		again, wait, err := c.post(ctx, body)
		if !again {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("traces were lost: %w", err)
		case <-time.After(max(pause, wait)):
		}
	}
}

// post sends once. It reports whether to try again, and when the collector asks for it.
func (c *client) post(ctx context.Context, body []byte) (again bool, wait time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.settings.url, bytes.NewReader(body))
	if err != nil {
		return false, 0, fmt.Errorf("send traces: %w", err)
	}
	maps.Copy(request.Header, c.settings.headers)
	request.Header.Set("Content-Type", "application/x-protobuf")
	if c.settings.gzip {
		request.Header.Set("Content-Encoding", "gzip")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return true, 0, fmt.Errorf("send traces: %w", err)
	}
	defer func() {
		_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // so that the connection can be used again
		_ = response.Body.Close()
	}()
	switch response.StatusCode {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		return false, 0, nil
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		again = true
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil {
		seconds = 0
	}
	return again, time.Duration(seconds) * time.Second, errors.New("send traces: the collector at " + c.settings.url + " answers " + response.Status)
}

func compressed(data []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(data) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}
