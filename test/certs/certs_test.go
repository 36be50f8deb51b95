package certs

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

func TestCertificatesOnARealAPIServer(t *testing.T) {
	s := newSuite(t)
	s.register(t)
	t.Run("AuthorityAndLeafRotateWithoutAFailedRequest", s.rotation)
	t.Run("MetricsTellTheEndOfCertificates", s.metrics)
	t.Run("ACABundleThatSomebodyRemovesComesBack", s.removedBundle)
	t.Run("ALostSecretIsMadeAnewAndTheOldLeafServedMeanwhile", s.lostSecret)
	t.Run("AReplicaThatCannotPublishIsNotReady", s.notReady)
}

// rotation lasts until two authorities and several leaves have been replaced, with -short one authority.
// Beside the creates, which the API server may send over old connections, it
// makes new ones, with what was published before as well as with what is now.
func (s *suite) rotation(t *testing.T) {
	authorities, leaves := map[string]bool{}, map[string]bool{}
	wantAuthorities, wantLeaves := 3, 5
	if testing.Short() {
		wantAuthorities, wantLeaves = 2, 3
	}
	ctx, cancel := context.WithCancel(t.Context())
	load := s.startLoad(ctx, t)
	for end := time.Now().Add(3 * time.Minute); len(authorities) < wantAuthorities || len(leaves) < wantLeaves; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("only %d authorities and %d leaves", len(authorities), len(leaves))
			break
		}
		shared, err := s.clients.CoreV1().Secrets(namespace).Get(t.Context(), secret, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		authorities[string(shared.Data["ca.crt"])] = true
		leaves[string(shared.Data["tls.crt"])] = true
	}
	cancel()
	load.group.Wait()
	if load.requests.Load() == 0 || load.handshakes.Load() == 0 {
		t.Error("nothing was asked")
	}
	t.Logf("%d authorities, %d leaves: %d creates and %d handshakes, %d failed",
		len(authorities), len(leaves), load.requests.Load(), load.handshakes.Load(), load.failures.Load())
}

type load struct {
	group                          sync.WaitGroup
	requests, handshakes, failures atomic.Int64
}

// startLoad goes on until the context ends. Each failure fails the test.
func (s *suite) startLoad(ctx context.Context, t *testing.T) *load {
	t.Helper()
	l, pause := &load{}, 50*time.Millisecond
	if testing.Short() {
		pause *= 3
	}
	count := func(counter *atomic.Int64, err error) {
		if ctx.Err() != nil {
			return
		}
		counter.Add(1)
		if err != nil {
			l.failures.Add(1)
			t.Errorf("%s: %v", time.Now().Format(time.StampMilli), err)
		}
	}
	for range 4 {
		l.group.Go(func() {
			for ; ctx.Err() == nil; time.Sleep(pause) {
				count(&l.requests, s.create(ctx))
			}
		})
	}
	l.group.Go(func() {
		var before [][]byte
		for ; ctx.Err() == nil; time.Sleep(pause) {
			now, err := s.published(ctx)
			if err != nil {
				count(&l.handshakes, err)
				continue
			}
			for _, caBundle := range append(before, now...) {
				for _, replica := range s.replicas {
					count(&l.handshakes, handshake(ctx, replica.Address(), caBundle))
				}
			}
			before = now
		}
	})
	return l
}

func (s *suite) metrics(t *testing.T) {
	for _, replica := range s.replicas {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, replica.MetricsURL(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`cmkgate_certificate_expiry_timestamp_seconds{certificate="ca"} `,
			`cmkgate_certificate_expiry_timestamp_seconds{certificate="leaf"} `,
			"cmkgate_certificate_bundle_verifies 1\n",
			"cmkgate_certificate_failures_total 0\n",
		} {
			if !strings.Contains(string(text), want) {
				t.Errorf("no %q", want)
			}
		}
	}
}

// removeBundle is what an upgrade may do to a webhook that it writes again.
func (s *suite) removeBundle(t *testing.T) {
	t.Helper()
	_, err := s.clients.AdmissionregistrationV1().ValidatingWebhookConfigurations().Patch(t.Context(), configuration, types.JSONPatchType,
		[]byte(`[{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *suite) bundleIsBack(ctx context.Context) error {
	c, err := s.clients.AdmissionregistrationV1().ValidatingWebhookConfigurations().Get(ctx, configuration, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if len(c.Webhooks[0].ClientConfig.CABundle) == 0 {
		return errors.New("there is no caBundle")
	}
	return nil
}

func (s *suite) removedBundle(t *testing.T) {
	s.removeBundle(t)
	apiserver.Eventually(t, "the caBundle to come back", s.bundleIsBack)
	apiserver.Eventually(t, "a create to be admitted", s.create)
}

func (s *suite) lostSecret(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	load := s.startLoad(ctx, t)
	// The chart's Secret stays; its content is gone.
	before, err := s.clients.CoreV1().Secrets(namespace).Patch(t.Context(), secret, types.MergePatchType, []byte(`{"data": null}`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, replica := range s.replicas {
		apiserver.Eventually(t, "a leaf of the new Secret to be served", func(ctx context.Context) error {
			now, err := s.clients.CoreV1().Secrets(namespace).Get(ctx, secret, metav1.GetOptions{})
			if err != nil {
				return err
			}
			if now.ResourceVersion == before.ResourceVersion {
				return errors.New("it is empty")
			}
			return handshake(ctx, replica.Address(), now.Data["ca.crt"])
		})
	}
	cancel()
	load.group.Wait()
}

func (s *suite) notReady(t *testing.T) {
	rules := func(verbs string) {
		_, err := s.clients.RbacV1().ClusterRoles().Patch(t.Context(), "cmkgate-certificates", types.JSONPatchType,
			[]byte(`[{"op": "replace", "path": "/rules/0/verbs", "value": `+verbs+`}]`), metav1.PatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	rules(`["get", "list", "watch"]`)
	for _, replica := range s.replicas {
		apiserver.Eventually(t, "the replica not to be ready", func(ctx context.Context) error {
			s.bundleGone(t) // the authorizer may have allowed one more write
			if replica.Ready(ctx) == nil {
				return errors.New("it is ready")
			}
			return nil
		})
	}
	rules(`["get", "list", "watch", "update"]`)
	for _, replica := range s.replicas {
		apiserver.Eventually(t, "the replica to be ready", replica.Ready)
	}
	apiserver.Eventually(t, "a create to be admitted", s.create)
}

func (s *suite) bundleGone(t *testing.T) {
	t.Helper()
	if s.bundleIsBack(t.Context()) == nil {
		s.removeBundle(t)
	}
}
