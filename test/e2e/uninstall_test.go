package e2e

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// uninstall removes the release while people go on working.
func (s *suite) uninstall(t *testing.T) {
	s.install(t)
	l := startLoad(t, creates, s.createAnything)
	l.until(t, 5*creates)
	s.helm.remove(t)
	during := l.failed()
	l.until(t, l.sent()+10*creates)
	result := l.stop(t)
	left := s.webhookConfigurations(t)
	s.figures.add(t, "helm uninstall, under the same load", "0 webhook configurations, 0 failing requests afterwards",
		left == 0 && len(result.failures) == 0, "%d webhook configurations; %d requests failed during it and %d afterwards, of %d",
		left, during, len(result.failures)-during, result.sent)
}

// uninstallWithoutPods removes a release that nobody can reach.
func (s *suite) uninstallWithoutPods(t *testing.T) {
	s.install(t)
	s.scale(t, 0)
	s.helm.remove(t)
	l := startLoad(t, creates, s.createAnything)
	time.Sleep(10 * time.Second)
	result := l.stop(t)
	left := s.webhookConfigurations(t)
	s.figures.add(t, "helm uninstall with the pods gone", "0 webhook configurations, 0 failing requests afterwards",
		left == 0 && len(result.failures) == 0, "%d webhook configurations; %d of %d requests afterwards failed", left, len(result.failures), result.sent)
}

// createAnything creates a TrainingJob; whether it gets a key depends on whether cmkgate is still there.
func (s *suite) createAnything(ctx context.Context) error {
	_, err := s.objects.Resource(trainingJobs).Namespace(loadNamespace).Create(ctx, trainingJob(), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	return err
}

// webhookConfigurations counts all there are: nothing else on this cluster has one.
func (s *suite) webhookConfigurations(t *testing.T) int {
	t.Helper()
	api := s.clients.AdmissionregistrationV1()
	mutating, err := api.MutatingWebhookConfigurations().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	validating, err := api.ValidatingWebhookConfigurations().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return len(mutating.Items) + len(validating.Items)
}
