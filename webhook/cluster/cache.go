package cluster

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"github.com/cmkgate/cmkgate/policies"
)

// entry is an object as a cache keeps it.
type entry struct {
	metav1.ObjectMeta // name, namespace and resource version; labels and annotations of namespaces
	object            policies.Object
	awsName           string
	unapplied         bool                   // has a key that ACK does not report as applied
	selector          *policies.RoleSelector // nil also where ACK skips it
	roles             map[string]string      // of a ConfigMap of CARM
}

// GetObjectKind is required by the informer, which does not use it: a cache has one kind.
func (e *entry) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject copies the entry; what it holds never changes.
func (e *entry) DeepCopyObject() runtime.Object {
	c := *e
	return &c
}

// kindCache holds the objects of one kind, trimmed, by name and by its indexes.
type kindCache struct {
	resource schema.GroupVersionResource
	only     selection
	informer cache.SharedIndexInformer
	awaited  bool // catalog.Lookup
	// absent is set while the API server does not know the kind.
	absent atomic.Bool
	// unapplied is nil for kinds without key fields.
	unapplied *unapplied
	contact
}

func newKindCache(server *connection, resource schema.GroupVersionResource, only selection, trim trimmer,
	log logr.Logger, indexers cache.Indexers,
) (*kindCache, error) {
	c := &kindCache{resource: resource, only: only, contact: contact{now: time.Now}}
	source, err := server.source(resource, only, trim, &c.contact)
	if err != nil {
		return nil, err
	}
	if indexers == nil {
		indexers = cache.Indexers{}
	}
	c.informer = cache.NewSharedIndexInformer(source, &entry{}, 0, indexers)
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
