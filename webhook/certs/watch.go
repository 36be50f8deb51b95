package certs

import (
	"context"
	"fmt"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// watcher notifies of changes of a few objects. It watches each by its
// name, so that permissions on that name suffice, and only their metadata:
// the configurations are large.
type watcher struct {
	client  metadata.Interface
	changes chan struct{}
	objects []named
}

// named is one object.
type named struct {
	resource        schema.GroupVersionResource
	namespace, name string
}

func newWatcher(config *rest.Config, objects ...named) (*watcher, error) {
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("create a client to watch certificates: %w", err)
	}
	return &watcher{client: client, changes: make(chan struct{}, 1), objects: objects}, nil
}

// configurations are both webhook configurations.
func configurations(name string) []named {
	var all []named
	for _, resource := range configurationResources() {
		all = append(all, named{resource: resource, name: name})
	}
	return all
}

// run watches until the context ends.
func (w *watcher) run(ctx context.Context) {
	var group sync.WaitGroup
	for _, o := range w.objects {
		byName := func(list *metav1.ListOptions) {
			list.FieldSelector = fields.OneTermEqualSelector("metadata.name", o.name).String()
		}
		informer := metadatainformer.NewFilteredMetadataInformer(w.client, o.resource, o.namespace, 0, cache.Indexers{}, byName).Informer()
		handler := cache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { w.changed() },
			UpdateFunc: func(any, any) { w.changed() },
			DeleteFunc: func(any) { w.changed() },
		}
		if _, err := informer.AddEventHandler(handler); err != nil {
			continue // only an informer that has stopped takes none
		}
		group.Go(func() { informer.RunWithContext(ctx) })
	}
	group.Wait()
}

// changed requests a check; a pending one will also see this change.
func (w *watcher) changed() {
	select {
	case w.changes <- struct{}{}:
	default:
	}
}
