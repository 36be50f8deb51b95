package main

import (
	"context"
	"net/http"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"

	"github.com/cmkgate/cmkgate/cmd/internal/version"
	"github.com/cmkgate/cmkgate/webhook/tracing"
)

// startTracing returns what every request goes through, nil without tracing,
// and what is to be done at the end.
func startTracing(enabled bool, log logr.Logger) (middleware func(string, http.Handler) http.Handler, flush func(), err error) {
	if !enabled {
		return nil, func() {}, nil
	}
	log = log.WithName("tracing")
	// Otherwise OpenTelemetry writes lines that are no JSON.
	otel.SetLogger(log)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Error(err, "traces") }))
	traces, err := tracing.New(context.Background(), version.Current().Version)
	if err != nil {
		return nil, nil, err
	}
	return traces.Middleware, func() {
		if err := traces.Shutdown(); err != nil {
			log.Error(err, "traces")
		}
	}, nil
}
