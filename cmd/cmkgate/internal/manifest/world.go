package manifest

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// World is what the manifests say of each other: namespaces, EndpointConfigs
// and the targets of access logs. It is the policies' view when there is no
// cluster. It is built from Facts, so that its size goes with the number of
// such objects and not with that of files.
type World struct {
	namespaces      map[string]policies.Namespace
	endpointConfigs map[string][]policies.Object
	logTargets      map[string]bool
}

// NewWorld is an empty world.
func NewWorld() *World {
	return &World{
		namespaces:      map[string]policies.Namespace{},
		endpointConfigs: map[string][]policies.Object{},
		logTargets:      map[string]bool{},
	}
}

// Fact is what one object says of the world; of the three only one is set.
type Fact struct {
	namespace      *policies.Namespace
	endpointConfig *policies.Object
	logTarget      string
}

// Survey finds out what documents say of the world.
type Survey struct {
	namespace string
	keep      keeper
}

// NewSurvey makes a survey. Objects that name no namespace are in the one given.
func NewSurvey(namespace string) *Survey {
	return &Survey{namespace: namespace, keep: endpointConfigFields()}
}

// Facts returns what a document says of the world. It parses few documents:
// other objects than the three that count seldom hold one of these words.
func (s *Survey) Facts(d *Document) []Fact {
	if !d.Contains("Namespace", "EndpointConfig", "targetBucket") {
		return nil
	}
	var out []Fact
	parsed := d.parse(true)
	for i := range parsed.Objects {
		o := parsed.Objects[i].Object
		o.Namespace = cmp.Or(o.Namespace, s.namespace)
		if fact, ok := s.fact(o); ok {
			out = append(out, fact)
		}
	}
	return out
}

func (s *Survey) fact(o policies.Object) (Fact, bool) {
	spec := o.Root.Get("spec")
	switch (catalog.Kind{Group: o.Group, Name: o.Kind}) {
	case catalog.Kind{Name: "Namespace"}:
		metadata := o.Root.Get("metadata")
		annotations := stringMap(metadata.Get("annotations"))
		maps.DeleteFunc(annotations, func(name, _ string) bool { return !isACKs(name) })
		return Fact{namespace: &policies.Namespace{
			Name: o.Name, Labels: stringMap(metadata.Get("labels")), Annotations: annotations,
		}}, o.Name != ""
	case catalog.Kind{Group: catalog.SageMaker, Name: "EndpointConfig"}:
		o.Root = s.keep.trim(o.Root)
		o.Planned = true
		return Fact{endpointConfig: &o}, spec.Get("endpointConfigName").Str() != ""
	case catalog.Kind{Group: catalog.S3, Name: "Bucket"}:
		target := spec.Get("logging").Get("loggingEnabled").Get("targetBucket").Str()
		return Fact{logTarget: target}, target != ""
	}
	return Fact{}, false
}

// Add takes a fact in. Of two Namespaces with the same name the later counts.
func (w *World) Add(f Fact) {
	switch {
	case f.namespace != nil:
		w.namespaces[f.namespace.Name] = *f.namespace
	case f.endpointConfig != nil:
		name := f.endpointConfig.Root.Get("spec").Get("endpointConfigName").Str()
		w.endpointConfigs[name] = append(w.endpointConfigs[name], *f.endpointConfig)
	default:
		w.logTargets[f.logTarget] = true
	}
}

// Sort puts EndpointConfigs that share a name in AWS in an order that does not
// depend on the files they stand in. It belongs at the end of building.
func (w *World) Sort() {
	for _, configs := range w.endpointConfigs {
		slices.SortStableFunc(configs, func(a, b policies.Object) int {
			return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
		})
	}
}

// Namespace returns a namespace that is among the manifests.
func (w *World) Namespace(name string) (policies.Namespace, bool) {
	ns, ok := w.namespaces[name]
	return ns, ok
}

// EndpointConfigs returns the EndpointConfigs of that AWS name among the manifests.
func (w *World) EndpointConfigs(name string) []policies.Object { return w.endpointConfigs[name] }

// LogTarget tells whether a Bucket among the manifests delivers its logs there.
func (w *World) LogTarget(bucket string) bool { return w.logTargets[bucket] }

func stringMap(n *tree.Node) map[string]string {
	m := make(map[string]string, n.Len())
	for i := range n.Len() {
		m[n.At(i).Key()] = n.At(i).Str()
	}
	return m
}
