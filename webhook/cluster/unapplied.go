package cluster

import (
	"sync"
	"time"

	"k8s.io/client-go/tools/cache"

	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/webhook/metrics"
)

// unapplied remembers since when objects have a key that ACK does not report as
// applied. The time is this replica's own: ACK sets lastTransitionTime with
// every try (condition.go, SetReady), so what fails again and again looks young.
type unapplied struct {
	now   func() time.Time
	mu    sync.Mutex
	since map[string]time.Time
}

// watchUnapplied makes the cache remember them.
func (c *kindCache) watchUnapplied() error {
	c.unapplied = &unapplied{now: time.Now, since: map[string]time.Time{}}
	_, err := c.informer.AddEventHandler(c.unapplied)
	return err //nolint:wrapcheck // only an informer that has stopped refuses a handler
}

// OnAdd is part of cache.ResourceEventHandler.
func (u *unapplied) OnAdd(obj any, _ bool) { u.see(obj) }

// OnUpdate is part of cache.ResourceEventHandler.
func (u *unapplied) OnUpdate(_, obj any) { u.see(obj) }

// OnDelete is part of cache.ResourceEventHandler.
func (u *unapplied) OnDelete(obj any) {
	key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(obj)
	if err != nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.since, key)
}

func (u *unapplied) see(obj any) {
	e, ok := obj.(*entry)
	if !ok {
		return
	}
	key := e.Namespace + "/" + e.Name // every kind of ACK's is namespaced
	u.mu.Lock()
	defer u.mu.Unlock()
	if !e.unapplied {
		delete(u.since, key)
		return
	}
	if _, known := u.since[key]; !known {
		u.since[key] = u.now()
	}
}

// count is how many have been so for long.
func (u *unapplied) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	before := u.now().Add(-metrics.UnappliedAfter)
	long := 0
	for _, since := range u.since {
		if !since.After(before) {
			long++
		}
	}
	return long
}

// keyPaths are the key fields of a kind.
func keyPaths(kind catalog.Kind) ([]tree.Path, error) {
	var paths []tree.Path
	for _, f := range catalog.Fields() {
		if f.Kind != kind {
			continue
		}
		path, err := tree.ParsePath(f.Path)
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the path
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// isUnapplied reports whether the object has a key that ACK ought to have sent
// and does not report as applied.
func isUnapplied(o ack.Object, keys []tree.Path) bool {
	if !o.Sends() || o.Applied() {
		return false
	}
	found := false
	for _, key := range keys {
		key.Walk(o.Root, 1, func(_ tree.Path, n *tree.Node) { found = found || n.Str() != "" })
	}
	return found
}
