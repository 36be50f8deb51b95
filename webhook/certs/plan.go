package certs

import (
	"fmt"
	"maps"
	"time"
)

// The keys of the Secret. The first four are those of every TLS Secret with its
// authority; the last two are there while the authority is replaced.
const (
	keyCA, keyCAKey     = "ca.crt", "ca.key"
	keyLeaf, keyLeafKey = "tls.crt", "tls.key"
	keyNext, keyNextKey = "next-ca.crt", "next-ca.key"
)

// state is what the Secret holds. What is missing or cannot be read is nil.
type state struct {
	ca, leaf, next *pair
}

func parseState(data map[string][]byte) state {
	read := func(cert, key string) *pair {
		p, err := parsePair(data[cert], data[key])
		if err != nil {
			return nil
		}
		return p
	}
	return state{ca: read(keyCA, keyCAKey), leaf: read(keyLeaf, keyLeafKey), next: read(keyNext, keyNextKey)}
}

// data is the Secret's content, with what others wrote under other keys.
func (s state) data(others map[string][]byte) map[string][]byte {
	data := maps.Clone(others)
	if data == nil {
		data = map[string][]byte{}
	}
	write := func(p *pair, cert, key string) {
		delete(data, cert)
		delete(data, key)
		if p != nil {
			data[cert], data[key] = p.certPEM, p.keyPEM
		}
	}
	write(s.ca, keyCA, keyCAKey)
	write(s.leaf, keyLeaf, keyLeafKey)
	write(s.next, keyNext, keyNextKey)
	return data
}

// observation is what a replica knows at one moment.
type observation struct {
	now       time.Time
	secret    state
	published published
	// serving is nil as long as nothing is served.
	serving *pair
	// known says which authorities have been seen published for the propagation time.
	known func(*pair) bool
}

// plan is what a replica does about it; each part may be nil. The Secret is
// written first; what is published and served follows from what was read.
type plan struct {
	secret  *state
	publish bundle
	serve   *pair
}

// plan decides, without I/O and clock.
func (o Options) plan(v observation) (plan, error) {
	var p plan
	next, changed, err := o.renew(v)
	if err != nil {
		return p, err
	}
	if changed {
		p.secret = &next
	}
	if wanted := v.published.with(v.now, v.secret.ca, v.secret.next); !v.published.is(wanted) {
		p.publish = wanted
	}
	if v.mayServe(o.hosts()) {
		p.serve = v.secret.leaf
	}
	return p, nil
}

// renew is what the Secret should hold.
func (o Options) renew(v observation) (s state, changed bool, err error) {
	s = v.secret
	switch {
	case s.next.valid(v.now) && (!s.ca.valid(v.now) || v.known(s.next)):
		s.ca, s.next, changed = s.next, nil, true
	case !s.ca.valid(v.now):
		// Nothing to preserve: nobody can serve a leaf of it.
		if s.ca, err = newAuthority(v.now, o.CAValidity); err != nil {
			return s, false, err
		}
		s.next, changed = nil, true
	case !s.next.valid(v.now) && o.due(s.ca, o.CAValidity, v.now):
		if s.next, err = newAuthority(v.now, o.CAValidity); err != nil {
			return s, false, err
		}
		changed = true
	}
	if o.usable(s.leaf, s.ca, v.now) {
		return s, changed, nil
	}
	if s.leaf, err = s.ca.newLeaf(v.now, o.LeafValidity, o.hostsWith(s.leaf)); err != nil {
		return s, false, fmt.Errorf("renew the serving certificate: %w", err)
	}
	return s, true, nil
}

// due reports whether so much of a validity is over that a certificate is to
// be replaced. So is one that was made when certificates were to live longer,
// by more than clocks differ.
func (o Options) due(p *pair, validity time.Duration, now time.Time) bool {
	left := p.cert.NotAfter.Sub(now)
	return left <= o.spare(validity) || left > validity+skew
}

// usable reports whether a leaf need not be replaced. A leaf that expires
// with its CA cannot be improved: the next CA is on its way.
func (o Options) usable(leaf, ca *pair, now time.Time) bool {
	if !leaf.valid(now) || !ca.signed(leaf.cert) || !leaf.names(o.hosts()) {
		return false
	}
	return !o.due(leaf, o.LeafValidity, now) || leaf.cert.NotAfter.Equal(ca.cert.NotAfter)
}

// mayServe reports whether API servers already accept the Secret's leaf. A
// replica with a valid leaf waits until they have certainly picked up the CA;
// one without does not.
func (v observation) mayServe(hosts []string) bool {
	leaf, ca := v.secret.leaf, v.secret.ca
	if !leaf.valid(v.now) || !leaf.names(hosts) || !v.published.verifies(leaf.served, v.now) {
		return false
	}
	if v.serving == nil || !v.published.verifies(v.serving.served, v.now) {
		return true
	}
	if leaf.cert.Equal(v.serving.cert) {
		return false
	}
	return ca != nil && (ca.signed(v.serving.cert) || v.known(ca))
}
