package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/test/apiserver"
	"github.com/cmkgate/cmkgate/webhook"
	"github.com/cmkgate/cmkgate/webhook/registration"
)

const (
	namespace     = "cmkgate-system"
	secret        = "cmkgate-webhook-certs"
	configuration = "cmkgate"
	configFile    = "../../config/samples/minimal.yaml"
)

// suite is one API server, and two replicas that keep their own certificates.
type suite struct {
	server   *apiserver.Server
	clients  *kubernetes.Clientset
	person   dynamic.Interface
	replicas []*apiserver.Replica
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	s := &suite{server: apiserver.ForTest(t)}
	config := s.server.Config()
	config.QPS, config.Burst = 1000, 1000
	config.WarningHandler = rest.NoWarnings{} // those about injected keys are not the point here
	var err error
	if s.clients, err = kubernetes.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	if s.person, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	rights, err := os.ReadFile("testdata/rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.server.MustApply(t, string(rights))
	kubeconfig, err := s.server.ServiceAccountKubeconfig(t.Context(), namespace, "cmkgate")
	if err != nil {
		t.Fatal(err)
	}
	binary := apiserver.WebhookForTest(t)
	for range 2 {
		replica, err := s.server.StartReplica(t.Context(), binary, configFile,
			"--kubeconfig", kubeconfig, "--cert-namespace", namespace, "--cert-hosts", "127.0.0.1",
			"--cert-ca-validity", "40s", "--cert-validity", "16s", "--cert-renew-at", "0.5", "--cert-propagation", "4s")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := replica.Stop(); err != nil {
				t.Error(err)
			}
			if log, err := os.ReadFile(replica.LogFile()); err == nil && t.Failed() {
				t.Logf("%s", log)
			}
		})
		s.replicas = append(s.replicas, replica)
	}
	return s
}

// register sends mutations to one replica and validations to the other, and
// lets nothing pass that was not answered by both.
func (s *suite) register(t *testing.T) {
	t.Helper()
	replicas := map[string]*apiserver.Replica{webhook.MutatePath: s.replicas[0], webhook.ValidatePath: s.replicas[1]}
	options := registration.Options{
		Name: configuration, MutatingTimeout: 10, ValidatingTimeout: 10,
		Client: func(path string) admissionregistrationv1.WebhookClientConfig {
			return admissionregistrationv1.WebhookClientConfig{URL: new("https://" + replicas[path].Address() + path)}
		},
	}
	mutating, err := registration.Mutating(policies.All(), options)
	if err != nil {
		t.Fatal(err)
	}
	for i := range mutating.Webhooks {
		mutating.Webhooks[i].FailurePolicy = new(admissionregistrationv1.Fail)
	}
	validating, err := registration.Validating(policies.All(), options)
	if err != nil {
		t.Fatal(err)
	}
	api := s.clients.AdmissionregistrationV1()
	if _, err := api.MutatingWebhookConfigurations().Create(t.Context(), mutating, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := api.ValidatingWebhookConfigurations().Create(t.Context(), validating, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	apiserver.Eventually(t, "a create to be admitted with its key", s.create)
}

// create asks both replicas, and fails unless both have answered.
func (s *suite) create(ctx context.Context) error {
	jobs := schema.GroupVersionResource{Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Resource: "trainingjobs"}
	created, err := s.person.Resource(jobs).Namespace("default").Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "TrainingJob",
		"metadata": map[string]any{"name": "job", "namespace": "default"},
		"spec": map[string]any{
			"trainingJobName": "job", "roleARN": "arn:aws:iam::111122223333:role/x",
			"algorithmSpecification": map[string]any{"trainingInputMode": "File"},
			"outputDataConfig":       map[string]any{"s3OutputPath": "s3://b/o"},
			"resourceConfig":         map[string]any{"instanceType": "ml.m5.xlarge", "instanceCount": int64(1)},
			"stoppingCondition":      map[string]any{"maxRuntimeInSeconds": int64(60)},
		},
	}}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err
	}
	if key, _, _ := unstructured.NestedString(created.Object, "spec", "outputDataConfig", "kmsKeyID"); key == "" {
		return fmt.Errorf("no key was injected: %v", created.Object["spec"])
	}
	return nil
}

// published is the caBundles as they are at this moment.
func (s *suite) published(ctx context.Context) ([][]byte, error) {
	mutating, err := s.clients.AdmissionregistrationV1().MutatingWebhookConfigurations().Get(ctx, configuration, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	validating, err := s.clients.AdmissionregistrationV1().ValidatingWebhookConfigurations().Get(ctx, configuration, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	last := len(validating.Webhooks) - 1
	return [][]byte{mutating.Webhooks[0].ClientConfig.CABundle, validating.Webhooks[last].ClientConfig.CABundle}, nil
}

// handshake connects as an API server does that knows a caBundle.
func handshake(ctx context.Context, address string, caBundle []byte) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(caBundle)
	dialer := tls.Dialer{NetDialer: &net.Dialer{}, Config: &tls.Config{RootCAs: roots, ServerName: "cmkgate-webhook." + namespace + ".svc"}}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}
