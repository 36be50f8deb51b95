package cluster

import (
	"context"
	"fmt"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// connection is what the caches share to reach the API server.
type connection struct {
	config *rest.Config
	client *http.Client
}

func connect(config *rest.Config) (*connection, error) {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("create a client for the API server: %w", err)
	}
	return &connection{config: config, client: client}, nil
}

// selection is what of a kind is watched: everything, or one object.
type selection struct{ namespace, name string }

// source lists and watches the objects of one kind, each decoded to what is kept of it. It notes what the API server says.
func (c *connection) source(resource schema.GroupVersionResource, only selection, trim trimmer, note *contact) (cache.ListerWatcher, error) {
	config := rest.CopyConfig(c.config)
	config.GroupVersion = new(resource.GroupVersion())
	config.NegotiatedSerializer = decoder{trim}
	config.APIPath = "/apis"
	if resource.Group == "" {
		config.APIPath = "/api"
	}
	client, err := rest.RESTClientForConfigAndClient(config, c.client)
	if err != nil {
		return nil, fmt.Errorf("create a client for %s: %w", resource.Resource, err)
	}
	ask := func(o metav1.ListOptions) *rest.Request {
		if only.name != "" {
			o.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, only.name).String()
		}
		return client.Get().NamespaceIfScoped(only.namespace, only.namespace != "").Resource(resource.Resource).
			VersionedParams(&o, metav1.ParameterCodec)
	}
	return cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			list, err := ask(o).Do(ctx).Get()
			note.answered(err)
			return list, err //nolint:wrapcheck // the reflector looks at its type
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.Watch = true
			events, err := ask(o).Watch(ctx)
			note.answered(err)
			if err != nil {
				return nil, err //nolint:wrapcheck // the reflector looks at its type
			}
			return note.observe(events), nil
		},
	}, client), nil
}
