package observability

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// secret stands in objects where people put passwords, and where nobody would look for one.
const secret = "xK7-mQ2-vL9-wR4"

const configFile = "../../config/samples/minimal.yaml"

var trainingJobs = schema.GroupVersionResource{Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Resource: "trainingjobs"}

// suite is an API server that traces, the webhook, and a collector.
type suite struct {
	server    *apiserver.Server
	webhook   *apiserver.Webhook
	jobs      dynamic.ResourceInterface
	collector *collector
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "100") // for the API server, whose spans nobody takes
	s := &suite{server: apiserver.ForTestWith(t, apiserver.Options{Tracing: true}), collector: &collector{}}
	person := s.server.Config()
	person.WarningHandler = rest.NoWarnings{}
	client, err := dynamic.NewForConfig(person)
	if err != nil {
		t.Fatal(err)
	}
	s.jobs = client.Resource(trainingJobs).Namespace("default")
	endpoint := httptest.NewServer(s.collector)
	t.Cleanup(endpoint.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "10000")

	binary := apiserver.WebhookForTest(t)
	if s.webhook, err = s.server.StartWebhook(t.Context(), binary, configFile, "--tracing", "--webhook-configuration=cmkgate"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.webhook.Terminate(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// collector takes spans by OTLP over HTTP.
type collector struct {
	mu    sync.Mutex
	spans []*tracepb.Span
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	var sent tracepb.TracesData
	if err != nil || proto.Unmarshal(data, &sent) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range sent.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

// job is a TrainingJob with a secret in its environment, and an output key where one is given.
func job(name string, outputKey any) *unstructured.Unstructured {
	output := map[string]any{"s3OutputPath": "s3://b/o"}
	if outputKey != nil {
		output["kmsKeyID"] = outputKey
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "TrainingJob",
		"metadata": map[string]any{"name": name, "namespace": "default", "annotations": map[string]any{"note": secret}},
		"spec": map[string]any{
			"trainingJobName": name, "roleARN": "arn:aws:iam::111122223333:role/x",
			"algorithmSpecification": map[string]any{"trainingInputMode": "File"},
			"environment":            map[string]any{"DB_PASSWORD": secret},
			"outputDataConfig":       output,
			"resourceConfig":         map[string]any{"instanceType": "ml.m5.xlarge", "instanceCount": int64(1)},
			"stoppingCondition":      map[string]any{"maxRuntimeInSeconds": int64(60)},
		},
	}}
}

// decide has cmkgate take every kind of decision that a person can introduce.
func (s *suite) decide(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.jobs.Create(ctx, job("injected", nil), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.jobs.Create(ctx, job("denied", secret), metav1.CreateOptions{}); !apierrors.IsForbidden(err) {
		t.Fatalf("want a denial, got %v", err)
	}
	if _, err := s.jobs.Create(ctx, job("dry", "alias/aws/s3"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}); !apierrors.IsForbidden(err) {
		t.Fatalf("want a denial, got %v", err)
	}
	_, err := s.jobs.Patch(ctx, "injected", types.MergePatchType, []byte(`{"spec":{"outputDataConfig":{"kmsKeyID":null}}}`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func get(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", url, response.Status, err)
	}
	return string(body)
}

func holdsSecret(text string) bool { return strings.Contains(text, "mQ2") }
