// Package tracing sends a span for every admission request to an OpenTelemetry
// collector, by OTLP over HTTP. The standard variables OTEL_* configure it. It
// does nothing unless enabled.
package tracing

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// flushTimeout bounds how long the end of the process waits for a collector.
const flushTimeout = 5 * time.Second

// Tracing makes spans and sends them in batches, away from the request's path.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// New reads OTEL_* and says what is wrong there. Sampling (OTEL_TRACES_SAMPLER)
// and batches (OTEL_BSP_*) are OpenTelemetry's own.
func New(ctx context.Context, version string) (*Tracing, error) {
	settings, err := settingsFrom(os.Getenv)
	if err != nil {
		return nil, err
	}
	client, err := newClient(settings)
	if err != nil {
		return nil, err
	}
	exporter, err := otlptrace.New(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("start the exporter of traces: %w", err)
	}
	process, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "cmkgate"), attribute.String("service.version", version)),
		resource.WithFromEnv(), // last: it wins
	)
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(process))
	return &Tracing{provider: provider, tracer: provider.Tracer("github.com/cmkgate/cmkgate/webhook")}, nil
}

// Middleware puts a span around every request of a webhook. Its parent is the
// API server's, where that traces too (W3C Trace Context).
func (t *Tracing) Middleware(webhook string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := t.tracer.Start(ctx, "admission "+webhook,
			trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.String("http.route", "/"+webhook)))
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Shutdown sends what has not been sent yet.
func (t *Tracing) Shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}
