package certs

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var interleavings = flag.Int("interleavings", 4, "how many random interleavings of two replicas are tried")

// model is the API server: one Secret and two configurations, each with a version.
type model struct {
	now      time.Time
	secret   map[string][]byte
	version  int
	bundles  [2]string
	versions [2]int
	down     bool
}

// visit is one replica's store. Between any two requests the others may act.
type visit struct {
	*model
	pass     func()
	version  int
	versions [2]int
}

var errDown = errors.New("no API server")

func (v *visit) request() error {
	v.pass()
	if v.down {
		return errDown
	}
	return nil
}

func (v *visit) read(context.Context) (snapshot, error) {
	var s snapshot
	if err := v.request(); err != nil {
		return s, err
	}
	s.secret, v.version = maps.Clone(v.secret), v.model.version
	for i := range v.bundles {
		if err := v.request(); err != nil {
			return s, err
		}
		s.published, v.versions[i] = s.published.add([]byte(v.bundles[i])), v.model.versions[i]
	}
	return s, nil
}

func (v *visit) writeSecret(_ context.Context, data map[string][]byte) error {
	if err := v.request(); err != nil {
		return err
	}
	if v.version != v.model.version {
		return apierrors.NewConflict(schema.GroupResource{Resource: "secrets"}, "certs", errors.New("changed"))
	}
	v.secret = maps.Clone(data)
	v.model.version++
	return nil
}

func (v *visit) publish(_ context.Context, b bundle) error {
	for i := range v.bundles {
		if err := v.request(); err != nil {
			return err
		}
		if v.versions[i] == v.model.versions[i] && v.bundles[i] != string(b.pem()) {
			v.bundles[i] = string(b.pem())
			v.model.versions[i]++
		}
	}
	return nil
}

// replica is a rotator that stops before each request until it is resumed.
type replica struct {
	*rotator
	resume func() (struct{}, bool)
	stop   func()
}

func (m *model) start(t *testing.T) *replica {
	t.Helper()
	s := &served{now: func() time.Time { return m.now }, configuration: "cmkgate"}
	f, err := newCertMetrics(prometheus.NewRegistry(), s)
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{}
	r.resume, r.stop = iter.Pull(func(yield func(struct{}) bool) {
		running := true
		store := &visit{model: m, pass: func() { running = running && yield(struct{}{}) }}
		r.rotator = &rotator{served: s, options: testOptions(t), store: store, certMetrics: f, log: logr.Discard()}
		for running {
			if _, err := r.step(t.Context()); err != nil && !errors.Is(err, errDown) {
				t.Error(err)
			}
		}
	})
	r.resume()
	return r
}

// TestServedLeavesChainToWhatIsPublished plays random interleavings of two
// replicas that start again at times, with an API server that fails at times, a
// Secret that is lost at times, and a clock that goes on. At every step every
// served leaf must be accepted with the caBundles as they are, as they were one
// step before, and, but for the first after a loss, as they were at any moment
// of most of the propagation time before.
func TestServedLeavesChainToWhatIsPublished(t *testing.T) {
	count := *interleavings
	if testing.Short() {
		count = 1
	}
	for seed := range count {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(seed), 4))
			m := &model{now: epoch}
			replicas := []*replica{m.start(t), m.start(t)}
			h := &history{accepted: map[string]bool{}}
			authorities := map[string]bool{}
			var outage time.Time
			for range 5000 {
				h.record(m)
				m.now = m.now.Add(time.Duration(random.Int64N(int64(10 * time.Second))))
				if m.down = m.now.Before(outage); !m.down && random.IntN(400) == 0 {
					outage = m.now.Add(time.Duration(random.Int64N(int64(5 * time.Minute))))
				}
				if random.IntN(1500) == 0 {
					m.secret, h.settled = nil, time.Time{}
					m.version++
				}
				i := random.IntN(len(replicas))
				if random.IntN(200) == 0 {
					replicas[i].stop()
					replicas[i] = m.start(t)
				}
				replicas[i].resume()
				for _, r := range replicas {
					h.check(t, m, r)
				}
				authorities[string(m.secret[keyCA])] = true
			}
			for _, r := range replicas {
				r.stop()
			}
			if len(authorities) < 5 {
				t.Errorf("only %d authorities in %s", len(authorities), m.now.Sub(epoch))
			}
		})
	}
}

// history is what was published of late.
type history struct {
	moments []moment
	// settled is when every API server knows the authority of the Secret.
	settled time.Time
	// accepted remembers verifications.
	accepted map[string]bool
}

type moment struct {
	at      time.Time
	bundles [2]string
}

const lag = propagation * 3 / 4

func (h *history) record(m *model) {
	h.moments = append(h.moments, moment{m.now, m.bundles})
	for len(h.moments) > 1 && m.now.Sub(h.moments[0].at) > lag {
		h.moments = h.moments[1:]
	}
	ca := parseState(m.secret).ca
	everywhere := published{[]byte(m.bundles[0]), []byte(m.bundles[1])}
	if h.settled.IsZero() && ca != nil && everywhere.contains(ca.cert) {
		h.settled = m.now.Add(propagation)
	}
}

func (h *history) check(t *testing.T, m *model, r *replica) {
	t.Helper()
	certificate := r.certificate.Load()
	if certificate == nil {
		return
	}
	if !m.now.Before(certificate.Leaf.NotAfter) {
		t.Fatalf("%s: an expired leaf is served", m.now)
	}
	known := h.moments[len(h.moments)-1:]
	if !h.settled.IsZero() && m.now.After(h.settled) {
		known = h.moments
	}
	for _, moment := range slices.Concat(known, []moment{{m.now, m.bundles}}) {
		for _, text := range moment.bundles {
			key := string(certificate.Leaf.Raw) + text
			if !h.accepted[key] && !(published{[]byte(text)}).verifies(certificate, m.now) {
				t.Fatalf("%s: a leaf is served that the caBundle of %s does not verify", m.now, moment.at)
			}
			h.accepted[key] = true
		}
	}
}
