package certs

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// served is what a replica serves and what API servers verify it with, as last seen.
type served struct {
	now           func() time.Time
	configuration string
	certificate   atomic.Pointer[tls.Certificate]
	published     atomic.Pointer[published]
	failure       atomic.Pointer[error]
}

// GetCertificate is for a tls.Config: a rotation needs no restart.
func (s *served) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if certificate := s.certificate.Load(); certificate != nil {
		return certificate, nil
	}
	return nil, s.because("there is no serving certificate yet")
}

// Ready fails while API servers would refuse the certificate.
func (s *served) Ready(*http.Request) error {
	certificate := s.certificate.Load()
	if certificate == nil {
		return s.because("there is no serving certificate yet")
	}
	if end := certificate.Leaf.NotAfter; !s.now().Before(end) {
		return s.because("the serving certificate expired at " + end.UTC().Format(time.RFC3339))
	}
	if s.configuration == "" {
		return nil
	}
	published := s.published.Load()
	if published == nil {
		return s.because("the webhook configurations " + s.configuration + " have not been read yet")
	}
	if !published.verifies(certificate, s.now()) {
		return s.because("a caBundle of the webhook configurations " + s.configuration + " does not verify the serving certificate; API servers would reject it")
	}
	return nil
}

// because adds what went wrong last.
func (s *served) because(what string) error {
	if failure := s.failure.Load(); failure != nil && *failure != nil {
		return fmt.Errorf("%s: %w", what, *failure)
	}
	return errors.New(what)
}
