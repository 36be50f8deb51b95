package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	creates     = 50   // a second
	minRequests = 3000 // that a figure rests on
)

// rollingUpgrade replaces every replica three times with `helm upgrade`.
func (s *suite) rollingUpgrade(t *testing.T) {
	s.install(t)
	const rollouts = 3
	l := startLoad(t, creates, s.createJob)
	for n := range rollouts {
		s.helm.upgrade(t, "--set", fmt.Sprintf("podAnnotations.rollout=r%d", n))
	}
	l.until(t, minRequests)
	result := l.stop(t)
	s.figures.add(t, fmt.Sprintf("rolling upgrade, %d rollouts under %d creates a second", rollouts, creates),
		fmt.Sprintf("0 failed of at least %d", minRequests),
		len(result.failures) == 0 && result.sent >= minRequests, "%s", result.summary())
}

// rotation has certificates that live for a minute or two, and sees each replaced twice.
func (s *suite) rotation(t *testing.T) {
	const wantAuthorities, wantLeaves = 3, 4
	s.install(t, "--values", "testdata/short-lived.yaml")
	l := startLoad(t, creates, s.createJob)
	authorities, leaves := map[string]bool{}, map[string]bool{}
	eventuallyWithin(t, 6*time.Minute, "certificates to be replaced", func(ctx context.Context) error {
		secret, err := s.clients.CoreV1().Secrets(namespace).Get(ctx, "cmkgate-tls", metav1.GetOptions{})
		if err != nil {
			return err
		}
		authorities[string(secret.Data["ca.crt"])], leaves[string(secret.Data["tls.crt"])] = true, true
		if len(authorities) < wantAuthorities || len(leaves) < wantLeaves {
			return fmt.Errorf("seen %d authorities and %d leaves", len(authorities), len(leaves))
		}
		return nil
	})
	time.Sleep(5 * time.Second) // so that the last ones are served, too
	l.until(t, minRequests)
	result := l.stop(t)
	s.figures.add(t, "CA and leaf rotation with minute-long validity, under the same load",
		fmt.Sprintf("0 failed of at least %d", minRequests),
		len(result.failures) == 0 && result.sent >= minRequests, "%s; %d CAs and %d leaves served", result.summary(), len(authorities), len(leaves))
}

// summary is how a figure is about a load.
func (c *tally) summary() string {
	return fmt.Sprintf("%d failed of %d (p50 %s, p99 %s)", len(c.failures), c.sent, c.percentile(50), c.percentile(99))
}
