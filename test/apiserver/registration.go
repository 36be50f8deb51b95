package apiserver

import (
	"context"
	"errors"
	"fmt"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
	"github.com/cmkgate/cmkgate/policies"
	registrations "github.com/cmkgate/cmkgate/webhook/registration"
)

const registrationName = "cmkgate"

// registration is what the chart registers. envtest fills in the address and the certificate; it wants paths without a
// slash.
func registration() (envtest.WebhookInstallOptions, error) {
	var install envtest.WebhookInstallOptions
	options := registrations.Options{
		Name:              registrationName,
		Client:            clientConfig,
		MutatingTimeout:   registrations.MutatingTimeout,
		ValidatingTimeout: registrations.ValidatingTimeout,
	}
	for _, name := range v1alpha1.Default().Controllers {
		options.Controllers = append(options.Controllers, string(name))
	}
	mutating, err := registrations.Mutating(policies.All(), options)
	if err != nil {
		return install, fmt.Errorf("making the webhook's registration: %w", err)
	}
	validating, err := registrations.Validating(policies.All(), options)
	if err != nil {
		return install, fmt.Errorf("making the webhook's registration: %w", err)
	}
	install.MutatingWebhooks = []*admissionregistrationv1.MutatingWebhookConfiguration{mutating}
	install.ValidatingWebhooks = []*admissionregistrationv1.ValidatingWebhookConfiguration{validating}
	return install, nil
}

func selectNamespaces(install *envtest.WebhookInstallOptions, namespaces *metav1.LabelSelector) {
	for _, configuration := range install.MutatingWebhooks {
		for i := range configuration.Webhooks {
			configuration.Webhooks[i].NamespaceSelector = namespaces
		}
	}
	for _, configuration := range install.ValidatingWebhooks {
		for i := range configuration.Webhooks {
			configuration.Webhooks[i].NamespaceSelector = namespaces
		}
	}
}

func clientConfig(path string) admissionregistrationv1.WebhookClientConfig {
	path = strings.TrimPrefix(path, "/")
	return admissionregistrationv1.WebhookClientConfig{
		Service: &admissionregistrationv1.ServiceReference{Path: &path},
	}
}

func (w *Webhook) register(ctx context.Context) error {
	probe, err := newProbe(w.server.Config())
	if err != nil {
		return err
	}
	w.server.report("registering the webhook")
	err = w.install.Install(w.server.Config())
	if apierrors.IsTimeout(err) { // on a machine that is busy; what has arrived still is updated
		err = w.install.Install(w.server.Config())
	}
	if err != nil {
		return fmt.Errorf("registering the webhook: %w", err)
	}
	ctx, cancel := w.process.whileRunning(ctx)
	defer cancel()
	return poll(ctx, "the API server to call the webhook", func(ctx context.Context) error {
		calls, err := probe.send(ctx)
		if err != nil {
			return err
		}
		if calls.mutating == 0 || calls.validating == 0 {
			return fmt.Errorf("%d mutating and %d validating calls were answered", calls.mutating, calls.validating)
		}
		return nil
	})
}

func (w *Webhook) unregister(ctx context.Context) error {
	clients, err := kubernetes.NewForConfig(w.server.Config())
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	registered := clients.AdmissionregistrationV1()
	err = errors.Join(
		client.IgnoreNotFound(registered.MutatingWebhookConfigurations().
			Delete(ctx, registrationName, metav1.DeleteOptions{})),
		client.IgnoreNotFound(registered.ValidatingWebhookConfigurations().
			Delete(ctx, registrationName, metav1.DeleteOptions{})),
	)
	if err != nil {
		return fmt.Errorf("taking the webhook's registration back: %w", err)
	}
	probe, err := newProbe(w.server.Config())
	if err != nil {
		return err
	}
	return poll(ctx, "the API server to call the webhook no more", func(ctx context.Context) error {
		calls, err := probe.send(ctx)
		if err != nil {
			return err
		}
		if calls.mutating > 0 || calls.validating > 0 {
			return errors.New("it still calls")
		}
		return nil
	})
}
