package cluster

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"

	"github.com/cmkgate/cmkgate/policies"
)

// entry is an object as a cache keeps it.
type entry struct {
	metav1.ObjectMeta // name, namespace and resource version; labels and annotations of namespaces
	object            policies.Object
	index             map[string]string // by the name of the index
}

// kindCache holds the objects of one kind, trimmed, by name and by its indexes.
type kindCache struct {
	resource schema.GroupVersionResource
	informer cache.SharedIndexInformer
	awaited  bool // catalog.Lookup
	// absent is set while the API server does not know the kind.
	absent atomic.Bool
}

func newKindCache(client dynamic.Interface, resource schema.GroupVersionResource, trim trimmer,
	log logr.Logger, indexes ...string,
) (*kindCache, error) {
	c := &kindCache{resource: resource}
	indexers := cache.Indexers{}
	for _, index := range indexes {
		indexers[index] = func(obj any) ([]string, error) {
			if e, ok := obj.(*entry); ok && e.index[index] != "" {
				return []string{e.index[index]}, nil
			}
			return nil, nil
		}
	}
	source := client.Resource(resource)
	c.informer = cache.NewSharedIndexInformer(cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return source.List(ctx, o) },
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return source.Watch(ctx, o)
		},
	}, client), &unstructured.Unstructured{}, 0, indexers)

	err := c.informer.SetTransform(func(obj any) (any, error) {
		u, ok := obj.(*unstructured.Unstructured)
		if !ok { // trimmed before
			return obj, nil
		}
		return trim(u), nil
	})
	if err != nil {
		return nil, fmt.Errorf("cache of %s: %w", resource.Resource, err)
	}
	err = c.informer.SetWatchErrorHandlerWithContext(func(_ context.Context, _ *cache.Reflector, err error) {
		absent := apierrors.IsNotFound(err)
		if absent != c.absent.Swap(absent) || !absent {
			log.Info("cannot watch; trying again", "resource", resource.Resource, "group", resource.Group, "installed", !absent, "error", err.Error())
		}
	})
	if err != nil {
		return nil, fmt.Errorf("cache of %s: %w", resource.Resource, err)
	}
	return c, nil
}

func (c *kindCache) ready() bool { return c.informer.HasSynced() || c.absent.Load() }

func (c *kindCache) get(key string) (*entry, bool) {
	obj, ok, err := c.informer.GetIndexer().GetByKey(key)
	if err != nil || !ok {
		return nil, false
	}
	e, ok := obj.(*entry)
	return e, ok
}

func (c *kindCache) indexed(index, value string) []policies.Object {
	objs, err := c.informer.GetIndexer().ByIndex(index, value)
	if err != nil {
		return nil
	}
	found := make([]policies.Object, 0, len(objs))
	for _, obj := range objs {
		if e, ok := obj.(*entry); ok {
			found = append(found, e.object)
		}
	}
	return found
}
