package policies

import (
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// World is what is known about other objects. The webhook answers from its
// caches, the command line from the given manifests.
type World interface {
	// Namespace returns a namespace's labels and annotations, false if it is not known.
	Namespace(name string) (Namespace, bool)
	// Named returns the objects of a kind that have the name in AWS, which is a
	// field of the spec and not the Kubernetes name (catalog.Lookups).
	Named(kind catalog.Kind, name string) []Object
	// Roles returns what chooses the IAM role that ACK works with. Callers only read it.
	Roles() Roles
}

// Namespace is what policies read of a namespace.
type Namespace struct {
	Name        string
	Labels      map[string]string
	Annotations map[string]string
}

// nameLabel is on every namespace, whatever its manifest says: the API server
// sets it to the name (Kubernetes, well-known labels).
const nameLabel = "kubernetes.io/metadata.name"

func (ns *Namespace) label(key string) (string, bool) {
	if key == nameLabel {
		return ns.Name, ns.Name != ""
	}
	value, ok := ns.Labels[key]
	return value, ok
}

// Object is an object of one of the two API groups.
type Object struct {
	Group     string
	Kind      string
	Namespace string
	Name      string
	Root      *tree.Node
	// Planned means that the object is yet to be created, so that what the
	// webhook will inject counts as if it were there, and its status as if it
	// were not: the API server drops that of a new object.
	Planned bool
	// Standing is how far ACK stands behind an object that was looked up, where
	// what distinguishes it has been dropped from Root; else it is read from
	// there.
	Standing ack.Standing
}

func (o *Object) kind() catalog.Kind { return catalog.Kind{Group: o.Group, Name: o.Kind} }

// ack is the object as ACK reads it.
func (o *Object) ack() ack.Object { return ack.Object{Kind: o.kind(), Root: o.Root} }

func (o *Object) standing() ack.Standing {
	if o.Standing != 0 {
		return o.Standing
	}
	return ack.StandingOf(o.ack())
}

func (o *Object) status() *tree.Node {
	if o.Planned {
		return nil
	}
	return o.Root.Get("status")
}

// NewObject reads group, kind, name and namespace from the object itself.
func NewObject(root *tree.Node) Object {
	metadata := root.Get("metadata")
	return Object{
		Group:     groupOf(root.Get("apiVersion").Str()),
		Kind:      root.Get("kind").Str(),
		Namespace: metadata.Get("namespace").Str(),
		Name:      metadata.Get("name").Str(),
		Root:      root,
	}
}

func groupOf(apiVersion string) string {
	for i := range len(apiVersion) {
		if apiVersion[i] == '/' {
			return apiVersion[:i]
		}
	}
	return ""
}

// Nowhere is an empty World.
type Nowhere struct{}

// Namespace knows none.
func (Nowhere) Namespace(string) (Namespace, bool) { return Namespace{}, false }

// Named knows none.
func (Nowhere) Named(catalog.Kind, string) []Object { return nil }

// Roles knows none.
func (Nowhere) Roles() Roles { return Roles{} }

// named picks the object that stands for a name in AWS in the region and
// account of the object under review: one in the same namespace before any
// other, and of several others the first by namespace, wherever they come from.
func (e *evaluation) named(kind catalog.Kind, name string) (Object, bool) {
	var found Object
	ok := false
	for _, object := range e.world.Named(kind, name) {
		other := e.beginWith(object)
		if other.region != e.region || !sameAccount(other.account, e.account) {
			continue
		}
		if object.Namespace == e.object.Namespace {
			return object, true
		}
		if !ok || object.Namespace < found.Namespace {
			found, ok = object, true
		}
	}
	return found, ok
}

// sameAccount gives an account that is not known the benefit of the doubt.
func sameAccount(a, b string) bool { return a == b || a == "" || b == "" }
