// Package cluster is the webhook's view of the cluster: informer caches of
// Namespaces, of what chooses ACK's roles and of the kinds that policies look
// up, trimmed to what policies read, so that no request leaves the process.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

// Cluster watches what policies ask for.
type Cluster struct {
	named      map[catalog.Kind]*kindCache
	namespaces *kindCache
	roles      *roleCaches
	wait       time.Duration
}

// byAWSName is the index of the caches.
const byAWSName = "awsName"

func indexers() cache.Indexers {
	return cache.Indexers{
		byAWSName: indexed(func(e *entry) string { return e.awsName }),
	}
}

// New prepares the caches; Start fills them. ACK has its ConfigMaps in
// ackNamespace. Wait is how long a validating request waits for an object that
// is not in a cache yet.
func New(config *rest.Config, ackNamespace string, wait time.Duration, log logr.Logger) (*Cluster, error) {
	server, err := connect(config)
	if err != nil {
		return nil, err
	}
	c := &Cluster{named: map[catalog.Kind]*kindCache{}, wait: wait}
	for _, l := range catalog.Lookups() {
		trim, err := trimLookup(l)
		if err != nil {
			return nil, err
		}
		resource := schema.GroupVersionResource{Group: l.Kind.Group, Version: l.Kind.Version(), Resource: l.Kind.Resource()}
		if c.named[l.Kind], err = newKindCache(server, resource, selection{}, trim, log, indexers()); err != nil {
			return nil, err
		}
		c.named[l.Kind].awaited = l.Awaited
		if !catalog.HasKeys(l.Kind) {
			continue
		}
		if err := c.named[l.Kind].watchUnapplied(); err != nil {
			return nil, err
		}
	}
	c.namespaces, err = newKindCache(server, schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, selection{}, trimNamespace, log, nil)
	if err != nil {
		return nil, err
	}
	c.roles, err = newRoleCaches(server, ackNamespace, log)
	return c, err
}

// Start runs the caches until the context ends.
func (c *Cluster) Start(ctx context.Context) error {
	done := make(chan struct{})
	caches := c.caches()
	for _, cache := range caches {
		go func() {
			cache.informer.RunWithContext(ctx)
			done <- struct{}{}
		}()
	}
	for range caches {
		<-done
	}
	return nil
}

// Ready fails until every cache holds what the cluster has. A kind whose CRD is
// not installed counts as empty: cmkgate serves clusters with one controller too.
func (c *Cluster) Ready(*http.Request) error {
	var errs []error
	for _, cache := range c.caches() {
		if !cache.ready() {
			errs = append(errs, fmt.Errorf("the cache of %s is not synced yet", cache.resource.Resource))
		}
	}
	return errors.Join(errs...)
}

func (c *Cluster) caches() []*kindCache {
	return append(slices.Collect(maps.Values(c.named)), c.namespaces, c.roles.selectors, c.roles.accounts, c.roles.teams)
}

// Now answers from the caches as they are.
func (c *Cluster) Now() policies.World { return view{Cluster: c} }

// Awaiting waits for what is not in the cache yet, such as an EndpointConfig:
// applied in one file with its Endpoint, it reaches etcd some milliseconds before the cache.
func (c *Cluster) Awaiting(ctx context.Context) policies.World { return view{Cluster: c, ctx: ctx} }

// view is the cluster as one request sees it.
type view struct {
	*Cluster
	ctx context.Context //nolint:containedctx // policies are pure and take no context; this view lives as long as one request
}

func (v view) Namespace(name string) (policies.Namespace, bool) {
	if name == "" {
		return policies.Namespace{}, false
	}
	e, ok := v.namespaces.get(name)
	if !ok {
		return policies.Namespace{}, false
	}
	return policies.Namespace{Name: e.Name, Labels: e.Labels, Annotations: e.Annotations}, true
}

// pollInterval is how often a waiting request looks again.
const pollInterval = 10 * time.Millisecond

// Named waits only for what does not exist yet as far as the cache knows.
func (v view) Named(kind catalog.Kind, name string) []policies.Object {
	c, ok := v.named[kind]
	if !ok || name == "" {
		return nil
	}
	found := c.indexed(byAWSName, name)
	if len(found) > 0 || v.ctx == nil || !c.awaited {
		return found
	}
	ctx, cancel := context.WithTimeout(v.ctx, v.wait)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if found = c.indexed(byAWSName, name); len(found) > 0 {
				return found
			}
		}
	}
}

func (v view) Roles() policies.Roles { return v.roles.known() }
