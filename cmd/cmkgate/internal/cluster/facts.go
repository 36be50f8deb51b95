package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

// Facts is what the cluster's objects say of the world: Namespaces, what
// chooses ACK's roles, and the kinds that policies look up. A kind whose CRD is
// not installed has no objects. ACK has its ConfigMaps in ackNamespace.
func Facts(ctx context.Context, k Kubectl, survey *manifest.FactReader, ackNamespace string) ([]manifest.Fact, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	paths := resources(ackNamespace)
	found, errs := make([][]manifest.Fact, len(paths)), make([]error, len(paths))
	var wg sync.WaitGroup
	for i, path := range paths {
		wg.Go(func() {
			if found[i], errs[i] = pages(ctx, k, survey, path); errs[i] != nil {
				cancel() // the others cannot help
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return nil, fmt.Errorf("cluster: %s: %w", paths[i], err)
		}
	}
	return slices.Concat(found...), nil
}

// resources are the paths of the API that have what policies ask for.
func resources(ackNamespace string) []string {
	configMaps := "/api/v1/namespaces/" + url.PathEscape(ackNamespace) + "/configmaps/"
	paths := []string{
		"/api/v1/namespaces",
		"/apis/" + policies.RoleSelectorGroup + "/v1alpha1/iamroleselectors",
		configMaps + policies.RoleAccountMap,
		configMaps + policies.RoleTeamMap,
	}
	for _, l := range catalog.Lookups() {
		paths = append(paths, "/apis/"+l.Kind.Group+"/"+l.Kind.Version()+"/"+l.Kind.Resource())
	}
	return paths
}

// pageSize bounds what is in memory at a time: 500 large objects are some megabytes.
const pageSize = "500"

func pages(ctx context.Context, k Kubectl, survey *manifest.FactReader, path string) ([]manifest.Fact, error) {
	var out []manifest.Fact
	query := url.Values{"limit": {pageSize}}
	for {
		page, err := k.get(ctx, path+"?"+query.Encode())
		if errors.Is(err, errNotFound) {
			return out, nil
		}
		if err := errors.Join(ctx.Err(), err); err != nil {
			return nil, err
		}
		facts, next, err := survey.Answer(page)
		if err != nil {
			return nil, fmt.Errorf("the answer cannot be read: %w", err)
		}
		out = append(out, facts...)
		if next == "" {
			return out, nil
		}
		query.Set("continue", next)
	}
}
