package cluster

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
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
	awsName           string
	logTarget         string                 // of a Bucket
	selector          *policies.RoleSelector // nil also where ACK passes over it
	roles             map[string]string      // of a ConfigMap of CARM
}

// kindCache holds the objects of one kind, trimmed, by name and by its indexes.
type kindCache struct {
	resource schema.GroupVersionResource
	only     selection
	informer cache.SharedIndexInformer
	awaited  bool // catalog.Lookup
	// absent is set while the API server does not know the kind.
	absent atomic.Bool
	contact
}

// selection is what of a kind is watched: everything, or one object.
type selection struct{ namespace, name string }

func (s selection) options(o metav1.ListOptions) metav1.ListOptions {
	if s.name != "" {
		o.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, s.name).String()
	}
	return o
}

func newKindCache(client dynamic.Interface, resource schema.GroupVersionResource, only selection, trim trimmer,
	log logr.Logger, indexers cache.Indexers,
) (*kindCache, error) {
	c := &kindCache{resource: resource, only: only, contact: contact{now: time.Now}}
	source := client.Resource(resource).Namespace(only.namespace)
	if indexers == nil {
		indexers = cache.Indexers{}
	}
	c.informer = cache.NewSharedIndexInformer(cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			list, err := source.List(ctx, only.options(o))
			c.answered(err)
			return list, err //nolint:wrapcheck // the reflector looks at its type
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			w, err := source.Watch(ctx, only.options(o))
			c.answered(err)
			if err != nil {
				return nil, err //nolint:wrapcheck // the reflector looks at its type
			}
			return c.observe(w), nil
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

// indexed makes an index of a value of the entries.
func indexed(value func(*entry) string) cache.IndexFunc {
	return func(obj any) ([]string, error) {
		if e, ok := obj.(*entry); ok && value(e) != "" {
			return []string{value(e)}, nil
		}
		return nil, nil
	}
}

func (c *kindCache) ready() bool { return c.informer.HasSynced() || c.absent.Load() }

// all is every object of the cache, in no order.
func (c *kindCache) all() []any { return c.informer.GetIndexer().List() }

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
