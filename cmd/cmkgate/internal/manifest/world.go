package manifest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// World is what the manifests say about each other: namespaces, the roles that
// ACK uses, and the objects that policies look up. It is the policies' view
// when there is no cluster. It is built from Facts, so that its size goes with
// the number of such objects and not with that of files.
type World struct {
	namespaces map[string]policies.Namespace
	named      map[awsName][]*kept
	selectors  map[string]*policies.RoleSelector
	roles      policies.Roles
}

// kubernetesName is how Kubernetes distinguishes objects.
type kubernetesName struct {
	kind            catalog.Kind
	namespace, name string
}

// awsName is how AWS distinguishes objects.
type awsName struct {
	kind catalog.Kind
	name string
}

// NewWorld is an empty world.
func NewWorld() *World {
	return &World{
		namespaces: map[string]policies.Namespace{},
		named:      map[awsName][]*kept{},
		selectors:  map[string]*policies.RoleSelector{},
	}
}

// Fact is what one object contributes to the world. The zero Fact is empty.
type Fact struct {
	namespace *policies.Namespace
	object    *kept
	selector  *policies.RoleSelector
	roles     *roleMap
}

// roleMap is one of ACK's ConfigMaps.
type roleMap struct {
	name string
	data map[string]string
}

// FactReader reads facts from documents.
type FactReader struct {
	namespace    string
	ackNamespace string
	words        []string
	lookups      map[catalog.Kind]*lookup
}

// lookup is a kind that policies look up, prepared.
type lookup struct {
	kind catalog.Kind
	name tree.Path
	keep *tree.Projection
}

// NewFactReader makes a survey. Objects that name no namespace are in the one given;
// ACK has its ConfigMaps in the other.
func NewFactReader(namespace, ackNamespace string) (*FactReader, error) {
	s := &FactReader{
		namespace:    namespace,
		ackNamespace: ackNamespace,
		words:        []string{"Namespace", "IAMRoleSelector", policies.RoleAccountMap, policies.RoleTeamMap},
		lookups:      map[catalog.Kind]*lookup{},
	}
	for _, l := range catalog.Lookups() {
		name, err := tree.ParsePath(l.Name)
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the path
		}
		keep, err := policies.NewProjection(l)
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the path
		}
		s.lookups[l.Kind] = &lookup{l.Kind, name, keep}
		s.words = append(s.words, l.Kind.Name)
	}
	return s, nil
}

// Concerns reports whether a document may say something of the world. Few do:
// other objects than those that count seldom hold the name of their kind.
func (s *FactReader) Concerns(d *Document) bool { return d.Contains(s.words...) }

// Facts returns what the objects of a document say of the world.
func (s *FactReader) Facts(parsed *Parsed) []Fact {
	var out []Fact
	for i := range parsed.Objects {
		o := parsed.Objects[i].Object
		o.Namespace = cmp.Or(o.Namespace, s.namespace)
		if fact, ok := s.fact(o); ok {
			out = append(out, fact)
		}
	}
	return out
}

// Answer returns what the API server's answer to a get or list says of the
// world, and what to continue a list with.
func (s *FactReader) Answer(data []byte) (facts []Fact, next string, err error) {
	root, err := tree.ParseJSON(data)
	if err != nil {
		return nil, "", err //nolint:wrapcheck // the caller knows what was asked
	}
	var parsed Parsed
	(&Document{}).flatten(&parsed, root, nil, "", "")
	for i := range parsed.Objects {
		if fact, ok := s.fact(parsed.Objects[i].Object); ok {
			if fact.object != nil {
				fact.object.live = true
				fact.object.standing = ack.StandingOf(ack.Object{Kind: *fact.object.kind, Root: parsed.Objects[i].Root})
			}
			facts = append(facts, fact)
		}
	}
	return facts, strings.Clone(root.Get("metadata").Get("continue").Str()), nil
}

func (s *FactReader) fact(o policies.Object) (Fact, bool) {
	kind := catalog.Kind{Group: o.Group, Name: o.Kind}
	switch kind {
	case catalog.Kind{Name: "Namespace"}:
		return namespaceFact(o)
	case catalog.Kind{Name: "ConfigMap"}:
		return s.roleMapFact(o)
	case catalog.Kind{Group: policies.RoleSelectorGroup, Name: "IAMRoleSelector"}:
		selector, ok := policies.NewRoleSelector(o.Root)
		return Fact{selector: selector}, ok
	}
	l, ok := s.lookups[kind]
	if !ok {
		return Fact{}, false
	}
	object := keep(l, &o)
	return Fact{object: object}, object.nameInAWS != ""
}

func namespaceFact(o policies.Object) (Fact, bool) {
	metadata := o.Root.Get("metadata")
	annotations := stringMap(metadata.Get("annotations"))
	maps.DeleteFunc(annotations, func(name, _ string) bool { return !policies.ReadsAnnotation(name) })
	return Fact{namespace: &policies.Namespace{
		Name: strings.Clone(o.Name), Labels: stringMap(metadata.Get("labels")), Annotations: annotations,
	}}, o.Name != ""
}

func (s *FactReader) roleMapFact(o policies.Object) (Fact, bool) {
	if o.Namespace != s.ackNamespace || o.Name != policies.RoleAccountMap && o.Name != policies.RoleTeamMap {
		return Fact{}, false
	}
	return Fact{roles: &roleMap{strings.Clone(o.Name), stringMap(o.Root.Get("data"))}}, true
}

// Add takes a fact in. Of two objects with the same name in Kubernetes the later counts.
func (w *World) Add(f Fact) {
	if f.namespace != nil {
		w.namespaces[f.namespace.Name] = *f.namespace
	}
	if f.object != nil {
		w.addObject(f.object)
	}
	if f.selector != nil {
		w.selectors[f.selector.Name] = f.selector
	}
	switch {
	case f.roles == nil:
	case f.roles.name == policies.RoleAccountMap:
		w.roles.Accounts = f.roles.data
	case f.roles.name == policies.RoleTeamMap:
		w.roles.Teams = f.roles.data
	}
}

func (w *World) addObject(k *kept) {
	as := awsName{*k.kind, k.nameInAWS}
	w.named[as] = append(w.named[as], k)
}

func (w *World) objectNames() map[kubernetesName]bool {
	names := map[kubernetesName]bool{}
	for as, objects := range w.named {
		for i := range objects {
			names[kubernetesName{as.kind, objects[i].namespace, objects[i].name}] = true
		}
	}
	return names
}

// AddLive adds what a cluster says, after the manifests have said all: what
// they bring takes the place of what is there, and of a Namespace labels and
// annotations come together, as when it is applied.
func (w *World) AddLive(facts []Fact) {
	brought := w.objectNames()
	for _, f := range facts {
		if f.namespace != nil {
			planned := w.namespaces[f.namespace.Name]
			maps.Copy(f.namespace.Labels, planned.Labels)
			maps.Copy(f.namespace.Annotations, planned.Annotations)
			w.namespaces[f.namespace.Name] = *f.namespace
		}
		if k := f.object; k != nil && !brought[kubernetesName{*k.kind, k.namespace, k.name}] {
			w.addObject(k)
		}
		if f.selector != nil && w.selectors[f.selector.Name] == nil {
			w.selectors[f.selector.Name] = f.selector
		}
		switch {
		case f.roles == nil:
		case f.roles.name == policies.RoleAccountMap && w.roles.Accounts == nil:
			w.roles.Accounts = f.roles.data
		case f.roles.name == policies.RoleTeamMap && w.roles.Teams == nil:
			w.roles.Teams = f.roles.data
		}
	}
}

// Finish ends the building. Objects that share a name in AWS come in an order
// that does not depend on the files they stand in.
func (w *World) Finish() {
	for _, objects := range w.named {
		slices.SortStableFunc(objects, func(a, b *kept) int {
			return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name))
		})
	}
	w.roles.Selectors = slices.Collect(maps.Values(w.selectors))
}

// LooksUp reports whether there are objects that others are evaluated by.
func (w *World) LooksUp() bool { return len(w.named) > 0 }

// Namespace returns a namespace that is among the manifests.
func (w *World) Namespace(name string) (policies.Namespace, bool) {
	ns, ok := w.namespaces[name]
	return ns, ok
}

// Named returns the objects of that kind and AWS name among the manifests.
func (w *World) Named(kind catalog.Kind, name string) []policies.Object {
	found := w.named[awsName{kind, name}]
	out := make([]policies.Object, len(found))
	for i, k := range found {
		out[i] = k.object()
	}
	return out
}

// Roles returns what chooses ACK's roles among the manifests.
func (w *World) Roles() policies.Roles { return w.roles }

func stringMap(n *tree.Node) map[string]string {
	m := make(map[string]string, n.Len())
	for i := range n.Len() {
		m[strings.Clone(n.At(i).Key())] = strings.Clone(n.At(i).Str())
	}
	return m
}
