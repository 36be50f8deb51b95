package admission

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// lostMutation: the API server goes on without /mutate where it gets no answer. Clients built on client-go then send the
// request again, by themselves, until the answer comes.
func (s *suite) lostMutation(t *testing.T) {
	clients, err := kubernetes.NewForConfig(s.server.Config())
	if err != nil {
		t.Fatal(err)
	}
	works := s.mutatingURLs(t, clients, nil)
	s.mutatingURLs(t, clients, func(string) string { return "https://127.0.0.1:1/mutate" })
	s.awaitLostMutation(t)

	asked := s.retries(t)
	created := make(chan error, 1)
	go func() { created <- s.create(t.Context(), trainingJobs, job("lost-mutation", nil)) }()
	eventually(t, "the client to be asked to try again", func() bool { return s.retries(t) != asked })
	s.mutatingURLs(t, clients, func(name string) string { return works[name] })
	must(t, <-created)
	if got := s.leaf(t, trainingJobs, "lost-mutation", "spec", "outputDataConfig", "kmsKeyID"); got != key {
		t.Errorf("the key is %q", got)
	}
}

// retries is what the metrics say of requests that are to be sent again.
func (s *suite) retries(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(s.metrics(t)) {
		if strings.HasPrefix(line, "cmkgate_admission_requests_total{") && strings.Contains(line, `decision="retry"`) {
			return line
		}
	}
	return ""
}

// mutatingURLs changes where the API server finds /mutate and returns where it did, by the name of the webhook.
func (*suite) mutatingURLs(t *testing.T, clients kubernetes.Interface, change func(name string) string) map[string]string {
	t.Helper()
	api := clients.AdmissionregistrationV1().MutatingWebhookConfigurations()
	configuration, err := api.Get(t.Context(), "cmkgate", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]string{}
	for i := range configuration.Webhooks {
		w := &configuration.Webhooks[i]
		before[w.Name] = *w.ClientConfig.URL
		if change != nil {
			w.ClientConfig.URL = new(change(w.Name))
		}
	}
	if change == nil {
		return before
	}
	if _, err := api.Update(t.Context(), configuration, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	return before
}

// awaitLostMutation asks without client-go, which would heed the answer.
func (s *suite) awaitLostMutation(t *testing.T) {
	t.Helper()
	client, err := rest.HTTPClientFor(s.server.Config())
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := json.Marshal(job("lost-mutation", nil))
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSuffix(s.server.Config().Host, "/") + "/apis/sagemaker.services.k8s.aws/v1alpha1/namespaces/default/trainingjobs?dryRun=All"
	apiserver.Eventually(t, "503 and Retry-After 1", func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(manifest))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		must(t, response.Body.Close())
		if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "1" {
			return fmt.Errorf("%s, Retry-After %q", response.Status, response.Header.Get("Retry-After"))
		}
		return nil
	})
}
