package policies

import (
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// The ConfigMaps of ACK's cross-account resource management (CARM), in the
// namespace that ACK calls its system namespace (runtime, pkg/runtime/cache).
const (
	// RoleAccountMap has the role for an account.
	RoleAccountMap = "ack-role-account-map"
	// RoleTeamMap has the role for a team.
	RoleTeamMap = "ack-role-team-map"
)

// RoleSelectorGroup is the API group of the kind IAMRoleSelector.
const RoleSelectorGroup = "services.k8s.aws"

// Roles is what chooses the IAM role that ACK works with, and with it the account.
type Roles struct {
	Selectors []*RoleSelector
	// Accounts and Teams are the data of RoleAccountMap and RoleTeamMap: ARNs of
	// roles by account or team, or by either with the service in front
	// ("sagemaker.111122223333").
	Accounts map[string]string
	Teams    map[string]string
}

// RoleSelector is an IAMRoleSelector: what it names must all fit, of each list
// one entry. What it omits fits everything.
type RoleSelector struct {
	Name string
	// ARN is the role that ACK assumes.
	ARN             string
	Namespaces      []string
	NamespaceLabels map[string]string
	Types           []ResourceType
	Labels          map[string]string
}

// ResourceType is a kind in a RoleSelector; what is empty fits everything.
type ResourceType struct{ Group, Version, Kind string }

// NewRoleSelector reads an IAMRoleSelector. False means that ACK skips it as
// invalid (runtime, pkg/runtime/iamroleselector, validateSelector).
func NewRoleSelector(root *tree.Node) (*RoleSelector, bool) {
	spec := root.Get("spec")
	namespaces := spec.Get("namespaceSelector")
	r := reader{ok: true}
	s := &RoleSelector{
		Name:            root.Get("metadata").Get("name").Str(),
		ARN:             spec.Get("arn").Str(),
		Namespaces:      r.names(namespaces.Get("names")),
		NamespaceLabels: r.labels(namespaces.Get("labelSelector").Get("matchLabels")),
		Types:           r.types(spec.Get("resourceTypeSelector")),
		Labels:          r.labels(spec.Get("resourceLabelSelector").Get("matchLabels")),
	}
	_, isARN := accountOfARN(s.ARN)
	return s, r.ok && isARN
}

// reader reads the parts of a selector; ok is false after one that is invalid.
type reader struct{ ok bool }

func (r *reader) want(ok bool) { r.ok = r.ok && ok }

func (r *reader) names(n *tree.Node) []string {
	r.want(absentOr(tree.List, n))
	var out []string
	for i := range n.Len() {
		name := strings.Clone(n.At(i).Str())
		r.want(name != "" && !slices.Contains(out, name))
		out = append(out, name)
	}
	return out
}

func (r *reader) labels(n *tree.Node) map[string]string {
	r.want(absentOr(tree.Map, n))
	if n.Len() == 0 {
		return nil
	}
	out := make(map[string]string, n.Len())
	for i := range n.Len() {
		label := n.At(i)
		r.want(label.Key() != "" && label.Kind() == tree.String)
		out[strings.Clone(label.Key())] = strings.Clone(label.Str())
	}
	return out
}

func (r *reader) types(n *tree.Node) []ResourceType {
	r.want(absentOr(tree.List, n))
	var out []ResourceType
	for i := range n.Len() {
		t := ResourceType{
			strings.Clone(n.At(i).Get("group").Str()), strings.Clone(n.At(i).Get("version").Str()), strings.Clone(n.At(i).Get("kind").Str()),
		}
		r.want(t != ResourceType{} && !slices.Contains(out, t))
		out = append(out, t)
	}
	return out
}

// matching are the selectors that fit an object.
func matching(selectors []*RoleSelector, object Object, ns Namespace) []*RoleSelector {
	var out []*RoleSelector
	for _, s := range selectors {
		if s.matches(object, ns) {
			out = append(out, s)
		}
	}
	return out
}

func (s *RoleSelector) matches(object Object, ns Namespace) bool {
	if len(s.Namespaces) > 0 && !slices.Contains(s.Namespaces, ns.Name) {
		return false
	}
	if len(s.Types) > 0 && !slices.ContainsFunc(s.Types, func(t ResourceType) bool { return t.is(object) }) {
		return false
	}
	for name, want := range s.NamespaceLabels {
		if got, ok := ns.label(name); !ok || got != want {
			return false
		}
	}
	labels := object.Root.Get("metadata").Get("labels")
	for name, want := range s.Labels {
		if label := labels.Get(name); label == nil || label.Text() != want {
			return false
		}
	}
	return true
}

func (t ResourceType) is(object Object) bool {
	if t.Group != "" && t.Group != object.Group || t.Kind != "" && t.Kind != object.Kind {
		return false
	}
	_, version, _ := strings.Cut(object.Root.Get("apiVersion").Str(), "/")
	return t.Version == "" || t.Version == version
}
