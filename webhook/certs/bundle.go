package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"time"
)

// bundle is the certificates of a caBundle, in a fixed order and each once.
type bundle []*x509.Certificate

// parseBundle reads the certificates that can be read; an API server could not
// use the others either.
func parseBundle(text []byte) bundle {
	var b bundle
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return b.sorted()
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			b = append(b, cert)
		}
	}
}

func (b bundle) pem() []byte {
	var text []byte
	for _, cert := range b {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return text
}

// sorted makes all replicas write the same bytes: the newest end comes last.
func (b bundle) sorted() bundle {
	slices.SortFunc(b, func(x, y *x509.Certificate) int {
		if c := x.NotAfter.Compare(y.NotAfter); c != 0 {
			return c
		}
		return bytes.Compare(x.Raw, y.Raw)
	})
	return slices.CompactFunc(b, (*x509.Certificate).Equal)
}

func (b bundle) contains(cert *x509.Certificate) bool {
	return slices.ContainsFunc(b, cert.Equal)
}

// published is the different caBundles of all webhooks of both configurations,
// as they are written there. It is empty if nothing is registered.
type published [][]byte

// add remembers the caBundle of one webhook. More than a hundred webhooks
// usually have one and the same.
func (p published) add(text []byte) published {
	if slices.ContainsFunc(p, func(known []byte) bool { return bytes.Equal(known, text) }) {
		return p
	}
	return append(p, text)
}

// contains reports whether a certificate is in every caBundle.
func (p published) contains(cert *x509.Certificate) bool {
	return !slices.ContainsFunc(p, func(text []byte) bool { return !parseBundle(text).contains(cert) })
}

// verifies reports whether API servers accept a serving certificate for every webhook.
func (p published) verifies(served *tls.Certificate, now time.Time) bool {
	intermediates := x509.NewCertPool()
	for _, der := range served.Certificate[1:] {
		if cert, err := x509.ParseCertificate(der); err == nil {
			intermediates.AddCert(cert)
		}
	}
	for _, text := range p {
		roots := x509.NewCertPool()
		for _, cert := range parseBundle(text) {
			roots.AddCert(cert)
		}
		if _, err := served.Leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: now}); err != nil {
			return false
		}
	}
	return true
}

// with is all that is published and has not expired, and what is added to it.
func (p published) with(now time.Time, added ...*pair) bundle {
	var b bundle
	for _, text := range p {
		b = append(b, parseBundle(text)...)
	}
	for _, a := range added {
		if a != nil {
			b = append(b, a.cert)
		}
	}
	b = slices.DeleteFunc(b, func(cert *x509.Certificate) bool { return !now.Before(cert.NotAfter) })
	return b.sorted()
}

// is reports whether every caBundle is just this one.
func (p published) is(b bundle) bool {
	text := b.pem()
	return !slices.ContainsFunc(p, func(known []byte) bool { return !bytes.Equal(known, text) })
}
