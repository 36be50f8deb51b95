package apiserver

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The API server learns of a registration some time after it was stored. A dry run shows when: the API server counts
// the calls that it makes. The counters tell it whatever the webhook's configuration lets it decide.
const callsMetric = "apiserver_admission_webhook_request_total"

// probe asks the API server to create a TrainingJob, in a dry run.
type probe struct {
	client  client.Client
	clients *kubernetes.Clientset
}

// answered counts the calls of each webhook that it answered.
type answered struct {
	mutating, validating int
}

func newProbe(config *rest.Config) (*probe, error) {
	writer, err := client.New(config, client.Options{})
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	return &probe{client: writer, clients: clients}, nil
}

// send returns the calls that one dry run led to. It returns an error where a webhook could not be called, or could
// not answer.
func (p *probe) send(ctx context.Context) (answered, error) {
	before, err := p.count(ctx)
	if err != nil {
		return answered{}, err
	}
	err = p.client.Create(ctx, probeObject(), client.DryRunAll)
	if err != nil && !denied(err) {
		return answered{}, fmt.Errorf("creating a TrainingJob in a dry run: %w", err)
	}
	after, err := p.count(ctx)
	if err != nil {
		return answered{}, err
	}
	return answered{
		mutating:   after.mutating - before.mutating,
		validating: after.validating - before.validating,
	}, nil
}

// denied gives the webhook's own "no", which is as good an answer as a "yes", from every other failure.
func denied(err error) bool {
	return apierrors.ReasonForError(err) != "" && strings.Contains(err.Error(), "denied the request")
}

func (p *probe) count(ctx context.Context) (answered, error) {
	metrics, err := p.clients.RESTClient().Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return answered{}, fmt.Errorf("reading the API server's metrics: %w", err)
	}
	var count answered
	for line := range bytes.Lines(metrics) {
		sample, ok := strings.CutPrefix(string(line), callsMetric+"{")
		if !ok {
			continue
		}
		labels, value, _ := strings.Cut(sample, "} ")
		calls, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return answered{}, fmt.Errorf("reading the metric %s: %w", callsMetric, err)
		}
		switch {
		// A mutating webhook that cannot be called is skipped; only a 200 shows that it answered.
		case strings.Contains(labels, `name="create.trainingjob.mutate.cmkgate.io"`) && strings.Contains(labels, `code="200"`):
			count.mutating += calls
		case strings.Contains(labels, `name="create.trainingjob.validate.cmkgate.io"`):
			count.validating += calls
		}
	}
	return count, nil
}

// probeObject is the least that the TrainingJob CRD takes.
func probeObject() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "sagemaker.services.k8s.aws/v1alpha1",
		"kind":       "TrainingJob",
		"metadata":   map[string]any{"name": "cmkgate-probe", "namespace": "default"},
		"spec": map[string]any{
			"trainingJobName":        "cmkgate-probe",
			"roleARN":                "arn:aws:iam::111122223333:role/probe",
			"algorithmSpecification": map[string]any{"trainingInputMode": "File"},
			"outputDataConfig":       map[string]any{"s3OutputPath": "s3://probe/output"},
			"resourceConfig":         map[string]any{"instanceType": "ml.m5.large", "instanceCount": int64(1)},
			"stoppingCondition":      map[string]any{"maxRuntimeInSeconds": int64(60)},
		},
	}}
}
