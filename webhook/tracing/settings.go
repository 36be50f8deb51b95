package tracing

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// settings are what the OTLP exporter's variables say.
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
type settings struct {
	url                     string
	headers                 http.Header
	timeout                 time.Duration
	gzip                    bool
	authority               string
	certificate, privateKey string
}

const (
	defaultEndpoint = "http://localhost:4318"
	defaultTimeout  = 10 * time.Second
	prefix          = "OTEL_EXPORTER_OTLP_"
)

// settingsFrom reads the variables; those for traces go before those for all signals.
func settingsFrom(getenv func(string) string) (settings, error) {
	variable := func(name string) (value, from string) {
		if value = strings.TrimSpace(getenv(prefix + "TRACES_" + name)); value != "" {
			return value, prefix + "TRACES_" + name
		}
		return strings.TrimSpace(getenv(prefix + name)), prefix + name
	}
	s := settings{timeout: defaultTimeout}
	s.authority, _ = variable("CERTIFICATE")
	s.certificate, _ = variable("CLIENT_CERTIFICATE")
	s.privateKey, _ = variable("CLIENT_KEY")
	if value, from := variable("PROTOCOL"); value != "" && value != "http/protobuf" {
		return s, fmt.Errorf("%s: cmkgate does not support %q; write http/protobuf, with the collector's port for it (usually 4318)", from, value)
	}
	var err error
	if s.url, err = endpoint(getenv); err != nil {
		return s, err
	}
	if s.gzip, err = compression(variable("COMPRESSION")); err != nil {
		return s, err
	}
	if s.headers, err = headers(variable("HEADERS")); err != nil {
		return s, err
	}
	if value, from := variable("TIMEOUT"); value != "" {
		milliseconds, err := strconv.Atoi(value)
		if err != nil || milliseconds <= 0 {
			return s, fmt.Errorf("%s: %q is not a duration; write a number of milliseconds, such as 10000", from, value)
		}
		s.timeout = time.Duration(milliseconds) * time.Millisecond
	}
	return s, nil
}

// endpoint is where traces go: the endpoint for traces as it is, or a path below that for all signals.
func endpoint(getenv func(string) string) (string, error) {
	name, path := prefix+"TRACES_ENDPOINT", ""
	value := strings.TrimSpace(getenv(name))
	if value == "" {
		name, path = prefix+"ENDPOINT", "/v1/traces"
		value = strings.TrimSpace(getenv(name))
	}
	if value == "" {
		value = defaultEndpoint
	}
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return "", fmt.Errorf("%s: %q is not the address of a collector; write one such as http://otel-collector.observability:4318", name, value)
	}
	if path != "" {
		parsed = parsed.JoinPath(path)
	}
	return parsed.String(), nil
}

func compression(value, from string) (bool, error) {
	switch value {
	case "gzip":
		return true, nil
	case "", "none":
		return false, nil
	}
	return false, fmt.Errorf("%s: cmkgate does not support %q; write gzip or none", from, value)
}

// headers are NAME=VALUE with commas between them, values as in URLs. They may
// hold a token, so an error does not repeat them.
func headers(value, from string) (http.Header, error) {
	out := http.Header{}
	for pair := range strings.SplitSeq(value, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, text, ok := strings.Cut(pair, "=")
		text, err := url.PathUnescape(strings.TrimSpace(text))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, fmt.Errorf("%s: write NAME=VALUE with commas between them, and values as in a URL", from)
		}
		out.Set(name, text)
	}
	return out, nil
}
