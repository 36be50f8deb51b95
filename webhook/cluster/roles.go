package cluster

import (
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// roleCaches hold what chooses the roles that ACK works with: IAMRoleSelectors,
// whose CRD may be absent, and two ConfigMaps, of which no other is read.
type roleCaches struct {
	selectors, accounts, teams *kindCache

	accountsKey, teamsKey string
}

func newRoleCaches(server *connection, ackNamespace string, log logr.Logger) (*roleCaches, error) {
	c := &roleCaches{
		accountsKey: ackNamespace + "/" + policies.RoleAccountMap,
		teamsKey:    ackNamespace + "/" + policies.RoleTeamMap,
	}
	selectors := schema.GroupVersionResource{Group: policies.RoleSelectorGroup, Version: "v1alpha1", Resource: "iamroleselectors"}
	configMaps := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	for _, w := range []struct {
		cache    **kindCache
		resource schema.GroupVersionResource
		only     selection
		trim     trimmer
	}{
		{&c.selectors, selectors, selection{}, trimSelector},
		{&c.accounts, configMaps, selection{ackNamespace, policies.RoleAccountMap}, trimRoleMap},
		{&c.teams, configMaps, selection{ackNamespace, policies.RoleTeamMap}, trimRoleMap},
	} {
		var err error
		if *w.cache, err = newKindCache(server, w.resource, w.only, w.trim, log, nil); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func trimSelector(root *tree.Node) *entry {
	e := newEntry(root)
	if selector, ok := policies.NewRoleSelector(root); ok {
		e.selector = selector
	}
	return e
}

func trimRoleMap(root *tree.Node) *entry {
	e := newEntry(root)
	e.roles = texts(root.Get("data"))
	return e
}

// known is what the caches hold. Roles are few, and clusters without selectors
// the rule, so nothing is prepared in advance.
func (c *roleCaches) known() policies.Roles {
	var roles policies.Roles
	for _, obj := range c.selectors.all() {
		if e, ok := obj.(*entry); ok && e.selector != nil {
			roles.Selectors = append(roles.Selectors, e.selector)
		}
	}
	if e, ok := c.accounts.get(c.accountsKey); ok {
		roles.Accounts = e.roles
	}
	if e, ok := c.teams.get(c.teamsKey); ok {
		roles.Teams = e.roles
	}
	return roles
}
