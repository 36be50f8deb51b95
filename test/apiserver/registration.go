package apiserver

import (
	"context"
	"errors"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

const (
	registrationName = "cmkgate"
	mutatingName     = "mutate.cmkgate.io"
	validatingName   = "validate.cmkgate.io"
)

// registration is what an installation registers. Mutating fails open and validating fails closed: what could not be
// injected is judged all the same. envtest fills in the address and the certificate; it wants paths without a slash.
func registration() envtest.WebhookInstallOptions {
	mutating := &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: registrationName},
		Webhooks: []admissionregistrationv1.MutatingWebhook{{
			Name:                    mutatingName,
			ClientConfig:            clientConfig("mutate"),
			Rules:                   rules(),
			FailurePolicy:           new(admissionregistrationv1.Ignore),
			MatchPolicy:             new(admissionregistrationv1.Equivalent),
			ReinvocationPolicy:      new(admissionregistrationv1.IfNeededReinvocationPolicy),
			SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
			TimeoutSeconds:          new(int32(2)),
			AdmissionReviewVersions: []string{"v1"},
		}},
	}
	validating := &admissionregistrationv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: registrationName},
		Webhooks: []admissionregistrationv1.ValidatingWebhook{{
			Name:                    validatingName,
			ClientConfig:            clientConfig("validate"),
			Rules:                   rules(),
			FailurePolicy:           new(admissionregistrationv1.Fail),
			MatchPolicy:             new(admissionregistrationv1.Equivalent),
			SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
			TimeoutSeconds:          new(int32(3)),
			AdmissionReviewVersions: []string{"v1"},
		}},
	}
	return envtest.WebhookInstallOptions{
		MutatingWebhooks:   []*admissionregistrationv1.MutatingWebhookConfiguration{mutating},
		ValidatingWebhooks: []*admissionregistrationv1.ValidatingWebhookConfiguration{validating},
	}
}

func clientConfig(path string) admissionregistrationv1.WebhookClientConfig {
	return admissionregistrationv1.WebhookClientConfig{
		Service: &admissionregistrationv1.ServiceReference{Path: &path},
	}
}

// rules match the main resources only: "*" leaves subresources out.
func rules() []admissionregistrationv1.RuleWithOperations {
	return []admissionregistrationv1.RuleWithOperations{{
		Operations: []admissionregistrationv1.OperationType{
			admissionregistrationv1.Create,
			admissionregistrationv1.Update,
		},
		Rule: admissionregistrationv1.Rule{
			APIGroups:   []string{"sagemaker.services.k8s.aws", "s3.services.k8s.aws"},
			APIVersions: []string{"*"},
			Resources:   []string{"*"},
			Scope:       new(admissionregistrationv1.NamespacedScope),
		},
	}}
}

func (w *Webhook) register(ctx context.Context) error {
	probe, err := newProbe(w.server.Config())
	if err != nil {
		return err
	}
	w.server.report("registering the webhook")
	if err := w.install.Install(w.server.Config()); err != nil {
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
