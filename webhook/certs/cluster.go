package certs

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// fieldManager is who sets caBundle, for those who compare what they applied
// with what is there: Argo CD's managedFieldsManagers takes this name.
const fieldManager = "cmkgate-webhook"

// secretResource is where the Secret lives.
func secretResource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
}

// configurationResources are where what API servers call is written.
func configurationResources() []schema.GroupVersionResource {
	const group = "admissionregistration.k8s.io"
	return []schema.GroupVersionResource{
		{Group: group, Version: "v1", Resource: "mutatingwebhookconfigurations"},
		{Group: group, Version: "v1", Resource: "validatingwebhookconfigurations"},
	}
}

// cluster is the store that replicas share: one Secret and two webhook
// configurations. It remembers what was read last, for the versions that writes are
// checked against. Objects are trees, so that fields of a newer Kubernetes survive.
type cluster struct {
	client         dynamic.Interface
	options        Options
	secret         *unstructured.Unstructured
	configurations map[schema.GroupVersionResource]*unstructured.Unstructured
}

func (c *cluster) read(ctx context.Context) (snapshot, error) {
	var s snapshot
	// The Secret first: what is published may then only be newer.
	secret, err := c.client.Resource(secretResource()).Namespace(c.options.Namespace).Get(ctx, c.options.Secret, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		c.secret = nil
	case err != nil:
		return s, fmt.Errorf("read the Secret %s/%s: %w", c.options.Namespace, c.options.Secret, err)
	default:
		c.secret = secret
		s.secret = decoded(secret)
	}
	s.published, err = c.readPublished(ctx)
	return s, err
}

// readPublished reads both configurations. One that does not exist is called by
// nobody, so it publishes nothing and objects to nothing.
func (c *cluster) readPublished(ctx context.Context) (published, error) {
	c.configurations = map[schema.GroupVersionResource]*unstructured.Unstructured{}
	var p published
	for _, resource := range configurationResources() {
		object, err := c.client.Resource(resource).Get(ctx, c.options.Configuration, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s %s: %w", resource.Resource, c.options.Configuration, err)
		}
		c.configurations[resource] = object
		for _, webhook := range webhooks(object) {
			p = p.add(caBundle(webhook))
		}
	}
	return p, nil
}

// writeSecret makes the Secret where it is missing; a chart may ship it empty.
func (c *cluster) writeSecret(ctx context.Context, data map[string][]byte) error {
	secrets := c.client.Resource(secretResource()).Namespace(c.options.Namespace)
	encoded := make(map[string]any, len(data))
	for key, value := range data {
		encoded[key] = base64.StdEncoding.EncodeToString(value)
	}
	if c.secret != nil {
		secret := c.secret.DeepCopy()
		secret.Object["data"] = encoded
		_, err := secrets.Update(ctx, secret, metav1.UpdateOptions{FieldManager: fieldManager})
		return err
	}
	_, err := secrets.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata": map[string]any{"name": c.options.Secret, "namespace": c.options.Namespace},
		"data":     encoded,
	}}, metav1.CreateOptions{FieldManager: fieldManager})
	return err
}

// publish writes one caBundle into all webhooks, with one update a configuration.
func (c *cluster) publish(ctx context.Context, b bundle) error {
	text := base64.StdEncoding.EncodeToString(b.pem())
	var errs []error
	for resource, read := range c.configurations {
		object := read.DeepCopy()
		changed := false
		for _, webhook := range webhooks(object) {
			client, ok := webhook["clientConfig"].(map[string]any)
			if ok && client["caBundle"] != text {
				client["caBundle"], changed = text, true
			}
		}
		if !changed {
			continue
		}
		_, err := c.client.Resource(resource).Update(ctx, object, metav1.UpdateOptions{FieldManager: fieldManager})
		// A configuration that has just been deleted is not a failure: cmkgate is being removed.
		if err != nil && !conflict(err) && !apierrors.IsNotFound(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// conflict means that somebody else has written first: the next step reads again.
func conflict(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)
}

// webhooks are the entries of a configuration, to read and to change in place.
func webhooks(object *unstructured.Unstructured) []map[string]any {
	list, ok := object.Object["webhooks"].([]any)
	if !ok {
		return nil
	}
	var all []map[string]any
	for _, entry := range list {
		if webhook, ok := entry.(map[string]any); ok {
			all = append(all, webhook)
		}
	}
	return all
}

// caBundle is empty if there is none; the API server accepts only base64.
func caBundle(webhook map[string]any) []byte {
	text, found, err := unstructured.NestedString(webhook, "clientConfig", "caBundle")
	if err != nil || !found {
		return nil
	}
	bundle, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return bundle
}

func decoded(secret *unstructured.Unstructured) map[string][]byte {
	encoded, _, err := unstructured.NestedStringMap(secret.Object, "data")
	if err != nil {
		return nil
	}
	data := make(map[string][]byte, len(encoded))
	for key, text := range encoded {
		if value, err := base64.StdEncoding.DecodeString(text); err == nil {
			data[key] = value
		}
	}
	return data
}
