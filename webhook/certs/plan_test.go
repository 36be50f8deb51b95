package certs

import (
	"slices"
	"testing"
	"time"
)

var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	caValidity  = 100 * time.Minute
	validity    = 30 * time.Minute
	propagation = time.Minute
)

// testOptions renew a CA 40 minutes before its end, a leaf 12.
func testOptions(t *testing.T) Options {
	t.Helper()
	o, err := Options{
		Namespace: "ns", Secret: "certs", Service: "webhook", Hosts: "127.0.0.1",
		CAValidity: caValidity, LeafValidity: validity, RenewAt: 0.6, Propagation: propagation,
	}.complete()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func authority(t *testing.T, from time.Time) *pair {
	t.Helper()
	p, err := newAuthority(from, caValidity)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func leafOf(t *testing.T, ca *pair, from time.Time, hosts ...string) *pair {
	t.Helper()
	p, err := ca.newLeaf(from, validity, hosts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func bundles(lists ...[]*pair) published {
	var p published
	for _, list := range lists {
		p = p.add(published{}.with(epoch, list...).pem())
	}
	return p
}

// TestPlan checks what a replica does against what it sees.
func TestPlan(t *testing.T) {
	o := testOptions(t)
	old, next := authority(t, epoch), authority(t, epoch.Add(61*time.Minute))
	first := leafOf(t, old, epoch, o.hosts()...)
	last := leafOf(t, old, epoch.Add(61*time.Minute), o.hosts()...)
	successor := leafOf(t, next, epoch.Add(63*time.Minute), o.hosts()...)
	late := leafOf(t, next, epoch.Add(90*time.Minute), o.hosts()...)
	stranger := authority(t, epoch)
	longLived, err := old.newLeaf(epoch, caValidity-time.Minute, o.hosts())
	if err != nil {
		t.Fatal(err)
	}
	eternal, err := newAuthority(epoch, 100*caValidity)
	if err != nil {
		t.Fatal(err)
	}
	ofEternal := leafOf(t, eternal, epoch, o.hosts()...)
	all := func(*pair) bool { return true }
	none := func(*pair) bool { return false }

	tests := map[string]struct {
		at        time.Duration
		secret    state
		published published
		serving   *pair
		known     func(*pair) bool
		// What the Secret is to hold: same, new, next, or nothing where it stays.
		ca, leaf, next string
		publish        []*pair
		serve          *pair
	}{
		"an empty Secret gets an authority and a leaf": {
			published: bundles(nil), ca: "new", leaf: "new",
		},
		"what the Secret holds is published before it is served": {
			secret: state{ca: old, leaf: first}, published: bundles(nil), publish: []*pair{old},
		},
		"what is published only in part is published everywhere, and not served yet": {
			secret: state{ca: old, leaf: first}, published: bundles([]*pair{old}, nil), publish: []*pair{old},
		},
		"what is published is served at once where there is nothing else to serve": {
			secret: state{ca: old, leaf: first}, published: bundles([]*pair{old}), serve: first,
		},
		"what nobody calls can be served": {
			secret: state{ca: old, leaf: first}, serve: first,
		},
		"nothing is to be done between two rotations": {
			at: 10 * time.Minute, secret: state{ca: old, leaf: first}, published: bundles([]*pair{old}), serving: first,
		},
		"a leaf that was made for a longer life is renewed": {
			at: time.Minute, secret: state{ca: old, leaf: longLived}, published: bundles([]*pair{old}), serving: longLived,
			ca: "same", leaf: "new",
		},
		"an authority that was made for a longer life gets a successor": {
			at: 10 * time.Minute, secret: state{ca: eternal, leaf: ofEternal}, published: bundles([]*pair{eternal}), serving: ofEternal,
			ca: "same", leaf: "same", next: "new",
		},
		"a leaf that is due is renewed, and the old one served meanwhile": {
			at: 19 * time.Minute, secret: state{ca: old, leaf: first}, published: bundles([]*pair{old}), serving: first,
			ca: "same", leaf: "new",
		},
		"a new leaf of the same authority is served at once": {
			at: 62 * time.Minute, secret: state{ca: old, leaf: last, next: next}, published: bundles([]*pair{old, next}), serving: first,
			serve: last,
		},
		"an authority that is due gets a successor, which does not sign yet": {
			at: 61 * time.Minute, secret: state{ca: old, leaf: last}, published: bundles([]*pair{old}), serving: last,
			ca: "same", leaf: "same", next: "new",
		},
		"a successor is published beside the authority": {
			at: 62 * time.Minute, secret: state{ca: old, leaf: last, next: next}, published: bundles([]*pair{old}), serving: last,
			publish: []*pair{old, next},
		},
		"a successor that has not been published long enough does not sign": {
			at: 62 * time.Minute, secret: state{ca: old, leaf: last, next: next}, published: bundles([]*pair{old, next}), serving: last,
		},
		"a successor that API servers know signs": {
			at: 63 * time.Minute, secret: state{ca: old, leaf: last, next: next}, published: bundles([]*pair{old, next}), serving: last, known: all,
			ca: "next", leaf: "new",
		},
		"a successor's leaf waits until this replica, too, has seen it published long enough": {
			at: 63 * time.Minute, secret: state{ca: next, leaf: successor}, published: bundles([]*pair{old, next}), serving: last,
		},
		"a successor's leaf is then served": {
			at: 64 * time.Minute, secret: state{ca: next, leaf: successor}, published: bundles([]*pair{old, next}), serving: last, known: all,
			serve: successor,
		},
		"a replica that starts during a rotation serves what the Secret holds": {
			at: 63 * time.Minute, secret: state{ca: next, leaf: successor}, published: bundles([]*pair{old, next}), serve: successor,
		},
		"a successor's leaf waits no longer when the replica's own is not accepted": {
			at: 63 * time.Minute, secret: state{ca: next, leaf: successor}, published: bundles([]*pair{next}), serving: last,
			serve: successor,
		},
		"an authority leaves the bundle when it has expired": {
			at: caValidity, secret: state{ca: next, leaf: late}, published: bundles([]*pair{old, next}), serving: late,
			publish: []*pair{next},
		},
		"what others have published stays": {
			secret: state{ca: old, leaf: first}, published: bundles([]*pair{stranger}), publish: []*pair{old, stranger},
		},
		"a lost Secret is made anew while the old leaf is served": {
			at: time.Minute, published: bundles([]*pair{old}), serving: first, ca: "new", leaf: "new",
		},
		"after everything has expired, all is made anew": {
			at: 400 * time.Minute, secret: state{ca: old, leaf: first, next: next}, published: bundles([]*pair{old, next}), serving: first,
			ca: "new", leaf: "new", publish: []*pair{},
		},
		"a successor signs at once when its predecessor has expired": {
			at: caValidity + time.Minute, secret: state{ca: old, leaf: last, next: next}, published: bundles([]*pair{old}), serving: last,
			ca: "next", leaf: "new", publish: []*pair{next},
		},
		"a leaf for other names is replaced, and not served": {
			secret: state{ca: old, leaf: leafOf(t, old, epoch, "elsewhere")}, published: bundles([]*pair{old}), ca: "same", leaf: "new",
		},
		"a leaf of another authority is replaced, and not served": {
			secret: state{ca: old, leaf: leafOf(t, stranger, epoch, o.hosts()...)}, published: bundles([]*pair{old}), ca: "same", leaf: "new",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.known == nil {
				test.known = none
			}
			now := epoch.Add(test.at)
			p, err := o.plan(observation{now: now, secret: test.secret, published: test.published, serving: test.serving, known: test.known})
			if err != nil {
				t.Fatal(err)
			}
			if test.ca == "" != (p.secret == nil) {
				t.Fatalf("the Secret is written: %t", p.secret != nil)
			}
			if p.secret != nil {
				expect(t, "authority", test.ca, p.secret.ca, test.secret.ca, test.secret)
				expect(t, "leaf", test.leaf, p.secret.leaf, test.secret.leaf, test.secret)
				expect(t, "successor", test.next, p.secret.next, test.secret.next, test.secret)
				if !o.usable(p.secret.leaf, p.secret.ca, now) {
					t.Error("the leaf would be replaced again")
				}
			}
			var wanted bundle
			if test.publish != nil {
				wanted = published{}.with(now, test.publish...)
			}
			if (p.publish == nil) != (wanted == nil) && len(p.publish)+len(wanted) > 0 || !slices.EqualFunc(p.publish, wanted, equal) {
				t.Errorf("%d certificates are published, want %d", len(p.publish), len(wanted))
			}
			if p.serve != test.serve {
				t.Errorf("a leaf is taken: %t, want %t", p.serve != nil, test.serve != nil)
			}
		})
	}
}

func expect(t *testing.T, what, want string, got, old *pair, s state) {
	t.Helper()
	fresh := got != nil && got != s.ca && got != s.leaf && got != s.next
	ok := map[string]bool{"": got == nil, "same": got == old, "new": fresh, "next": got != nil && got == s.next}[want]
	if !ok {
		t.Errorf("the %s is not %q", what, want)
	}
}

func equal[T interface{ Equal(T) bool }](a, b T) bool { return a.Equal(b) }

// TestStateSurvivesTheSecret proves that what is written is what is read, and that others' keys stay.
func TestStateSurvivesTheSecret(t *testing.T) {
	ca, next := authority(t, epoch), authority(t, epoch)
	data := state{ca: ca, leaf: leafOf(t, ca, epoch, "a"), next: next}.data(map[string][]byte{"note": []byte("mine")})
	s := parseState(data)
	if !s.ca.cert.Equal(ca.cert) || !s.next.cert.Equal(next.cert) || !ca.signed(s.leaf.cert) || string(data["note"]) != "mine" {
		t.Errorf("read back: %v", s)
	}
	data = state{ca: ca}.data(data)
	if s = parseState(data); s.leaf != nil || s.next != nil || len(data) != 3 {
		t.Errorf("what is gone stays: %v", s)
	}
	data[keyCAKey] = next.keyPEM
	if parseState(data).ca != nil {
		t.Error("a key that belongs to another certificate is taken")
	}
}
