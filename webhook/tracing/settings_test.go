package tracing

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSettingsAreThoseOfOpenTelemetry(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want settings
	}{
		"nothing": {nil, settings{url: "http://localhost:4318/v1/traces", timeout: 10 * time.Second, headers: http.Header{}}},
		"for all signals": {
			map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector:4318/tenant/", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
				"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20YTpi, x-tenant = ml", "OTEL_EXPORTER_OTLP_TIMEOUT": "500",
				"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_CERTIFICATE": "/ca.crt",
				"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "/tls.crt", "OTEL_EXPORTER_OTLP_CLIENT_KEY": "/tls.key",
			},
			settings{
				url: "https://collector:4318/tenant/v1/traces", timeout: 500 * time.Millisecond, gzip: true,
				headers:   http.Header{"Authorization": {"Basic YTpi"}, "X-Tenant": {"ml"}},
				authority: "/ca.crt", certificate: "/tls.crt", privateKey: "/tls.key",
			},
		},
		"for traces before those for all": {
			map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": "http://all:4318", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://traces:4318/",
				"OTEL_EXPORTER_OTLP_TIMEOUT": "500", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "1000",
			},
			settings{url: "http://traces:4318/", timeout: time.Second, headers: http.Header{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := settingsFrom(func(name string) string { return c.env[name] })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(settings{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrongSettingsAreToldWithTheirVariableAndARemedy(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "write http/protobuf"},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "write http/protobuf"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "write one such as http://"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "grpc://collector:4317", "write one such as http://"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "write gzip or none"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "write a number of milliseconds"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "Bearer s3cr3t", "write NAME=VALUE"},
	} {
		_, err := settingsFrom(func(name string) string { return map[string]string{c.name: c.value}[name] })
		if err == nil || !strings.HasPrefix(err.Error(), c.name+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("a token is told: %v", err)
		}
	}
}
