package policies

import (
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
)

// ownership is the account that ACK creates an object in, and what chose it.
type ownership struct {
	// account is "" if it is not known, or not to be reported.
	account     string
	accountFrom origin
	// badAccount is what stands where an account, or the ARN of a role, belongs.
	badAccount string
	// conflictingSelectors are the names of the IAMRoleSelectors if more than one matches.
	conflictingSelectors []string
}

// accountOf follows the ACK runtime (pkg/runtime/reconciler.go, Reconcile): the
// role of the one IAMRoleSelector that matches, else the role that the
// ConfigMaps of CARM have for the namespace's team or account, else the
// namespace's account, the status and the controller. Whether a controller
// looks at selectors and maps depends on its flags, which cannot be seen; they
// count where they are.
func accountOf(object Object, ns Namespace, roles Roles, controller string) ownership {
	if selectors := matching(roles.Selectors, object, ns); len(selectors) > 0 {
		return bySelectors(selectors)
	}
	if role, from := mappedRole(object.Group, ns, roles); role != "" {
		return ofRole(role, from)
	}
	if a := ns.Annotations[ownerAccountKey]; a != "" {
		return ofAccount(a, namespaceOrigin("annotation "+ownerAccountKey+" of namespace", ns))
	}
	if a := object.status().Get("ackResourceMetadata").Get("ownerAccountID").Str(); a != "" {
		return ofAccount(a, origin{what: "status.ackResourceMetadata.ownerAccountID", path: "status.ackResourceMetadata.ownerAccountID"})
	}
	return ownership{account: controller}
}

func bySelectors(matching []*RoleSelector) ownership {
	if len(matching) == 1 {
		return ofRole(matching[0].ARN, origin{what: "IAMRoleSelector", name: matching[0].Name, path: "metadata"})
	}
	o := ownership{accountFrom: origin{what: "IAMRoleSelectors", path: "metadata"}}
	for _, s := range matching {
		o.conflictingSelectors = append(o.conflictingSelectors, quote(s.Name))
	}
	slices.Sort(o.conflictingSelectors)
	return o
}

// mappedRole looks the namespace's team up in one ConfigMap and its account in
// the other, for the service first (runtime, getRoleARN). An empty role is none.
func mappedRole(group string, ns Namespace, roles Roles) (string, origin) {
	service, _, _ := strings.Cut(group, ".")
	for _, m := range []struct {
		name, id string
		data     map[string]string
	}{
		{RoleTeamMap, ns.Annotations[teamKey], roles.Teams},
		{RoleAccountMap, ns.Annotations[ownerAccountKey], roles.Accounts},
	} {
		if m.id == "" || len(m.data) == 0 {
			continue
		}
		for _, key := range []string{service + "." + m.id, m.id} {
			if role := m.data[key]; role != "" {
				return role, origin{what: "key " + quote(key) + " of ConfigMap " + m.name + ", for namespace", name: ns.Name, path: "metadata.namespace"}
			}
		}
	}
	return "", origin{}
}

func ofAccount(account string, from origin) ownership {
	if !kms.IsAccount(account) {
		return ownership{accountFrom: from, badAccount: account}
	}
	return ownership{account: account, accountFrom: from}
}

// ofRole is the account in the ARN of an IAM role.
func ofRole(arn string, from origin) ownership {
	if account, ok := accountOfARN(arn); ok && kms.IsAccount(account) {
		return ownership{account: account, accountFrom: from}
	}
	return ownership{accountFrom: from, badAccount: arn}
}

// accountOfARN is the account part of what the AWS SDK takes for an ARN.
func accountOfARN(arn string) (string, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return "", false
	}
	return parts[4], true
}
