package tracing

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector takes what is sent, and answers as it is reported: with these status codes first.
type collector struct {
	mu       sync.Mutex
	answers  []int
	requests []*http.Request
	spans    []*tracepb.ResourceSpans
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, r)
	if len(c.answers) > 0 {
		w.WriteHeader(c.answers[0])
		c.answers = c.answers[1:]
		return
	}
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	data, err := io.ReadAll(body)
	var sent tracepb.TracesData
	if err != nil || proto.Unmarshal(data, &sent) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.spans = append(c.spans, sent.ResourceSpans...)
}

func TestASpanIsSentWithItsParentAndTheProcessThatMadeIt(t *testing.T) {
	c := &collector{}
	server := httptest.NewServer(c)
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=ml")
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.name=cmkgate-1")
	traces, err := New(t.Context(), "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	handler := traces.Middleware("validate", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		trace.SpanFromContext(r.Context()).SetAttributes(attribute.String("cmkgate.decision", "denied"))
	}))
	request := httptest.NewRequest(http.MethodPost, "/validate", http.NoBody)
	request.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	handler.ServeHTTP(httptest.NewRecorder(), request)
	if err := traces.Shutdown(); err != nil {
		t.Fatal(err)
	}
	if len(c.spans) != 1 || c.requests[0].URL.Path != "/v1/traces" || c.requests[0].Header.Get("X-Tenant") != "ml" ||
		c.requests[0].Header.Get("Content-Type") != "application/x-protobuf" {
		t.Fatalf("%d batches; %v", len(c.spans), c.requests)
	}
	process := map[string]string{}
	for _, a := range c.spans[0].Resource.Attributes {
		process[a.Key] = a.Value.GetStringValue()
	}
	if process["service.name"] != "cmkgate" || process["service.version"] != "v1.2.3" || process["k8s.pod.name"] != "cmkgate-1" {
		t.Errorf("made by %v", process)
	}
	span := c.spans[0].ScopeSpans[0].Spans[0]
	if hex.EncodeToString(span.TraceId) != "0af7651916cd43dd8448eb211c80319c" || hex.EncodeToString(span.ParentSpanId) != "b7ad6b7169203331" {
		t.Errorf("trace %x, parent %x", span.TraceId, span.ParentSpanId)
	}
	var decision string
	for _, a := range span.Attributes {
		if a.Key == "cmkgate.decision" {
			decision = a.Value.GetStringValue()
		}
	}
	if span.Name != "admission validate" || decision != "denied" {
		t.Errorf("span %q, decision %q", span.Name, decision)
	}
}

func TestTheSamplerIsOpenTelemetrys(t *testing.T) {
	c := &collector{}
	server := httptest.NewServer(c)
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	t.Setenv("OTEL_TRACES_SAMPLER", "always_off")
	traces, err := New(t.Context(), "v1")
	if err != nil {
		t.Fatal(err)
	}
	traces.Middleware("mutate", http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/mutate", http.NoBody))
	if err := traces.Shutdown(); err != nil || len(c.requests) > 0 {
		t.Errorf("%v, %d requests", err, len(c.requests))
	}
}

func TestWhatACollectorCannotTakeNowIsSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answers  []int
		requests int
		want     string
	}{
		"overloaded for a while": {[]int{429, 503, 502}, 4, ""},
		"refused":                {[]int{401}, 1, "answers 401 Unauthorized"},
		"too large":              {[]int{413}, 1, "answers 413 Request Entity Too Large"},
	} {
		t.Run(name, func(t *testing.T) {
			to := &collector{answers: c.answers}
			server := httptest.NewServer(to)
			defer server.Close()
			err := upload(t, settings{url: server.URL, timeout: time.Minute})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || len(to.requests) != c.requests {
				t.Errorf("%v after %d requests", err, len(to.requests))
			}
		})
	}
}

func TestTracesAreGivenUpAfterTheTimeout(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // nobody listens here
	err := upload(t, settings{url: server.URL, timeout: 50 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "traces were lost") {
		t.Error(err)
	}
}

func TestTheCollectorsCertificateIsVerifiedWithTheGivenAuthority(t *testing.T) {
	server := httptest.NewTLSServer(&collector{})
	defer server.Close()
	authority := filepath.Join(t.TempDir(), "ca.crt")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := upload(t, settings{url: server.URL, timeout: time.Minute, authority: authority}); err != nil {
		t.Error(err)
	}
	if err := upload(t, settings{url: server.URL, timeout: 50 * time.Millisecond}); err == nil {
		t.Error("a certificate of an unknown authority was accepted")
	}
	if _, err := newClient(settings{authority: os.DevNull}); err == nil || !strings.Contains(err.Error(), "no PEM certificate") {
		t.Error(err)
	}
	if _, err := newClient(settings{certificate: authority}); err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_CLIENT_KEY") {
		t.Error(err)
	}
}

func upload(t *testing.T, s settings) error {
	t.Helper()
	c, err := newClient(s)
	if err != nil {
		t.Fatal(err)
	}
	c.pause = time.Millisecond
	defer c.Stop(context.Background())
	return c.UploadTraces(t.Context(), []*tracepb.ResourceSpans{{}})
}
