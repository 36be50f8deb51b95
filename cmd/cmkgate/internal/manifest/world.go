package manifest

import (
	"bytes"
	"slices"
	"sync"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// World is what the manifests say of each other: namespaces, EndpointConfigs
// and the targets of access logs. It is the policies' view when there is no cluster.
type World struct {
	mu              sync.Mutex
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

// Wanted tells whether a document can hold what Add keeps. It looks at bytes
// only; text with escapes may spell anything, so it is always wanted.
func (*World) Wanted(document []byte) bool {
	for _, word := range [][]byte{[]byte("Namespace"), []byte("EndpointConfig"), []byte("targetBucket"), []byte(`\`)} {
		if bytes.Contains(document, word) {
			return true
		}
	}
	return false
}

// Add keeps what policies may ask for. It is safe for concurrent use.
func (w *World) Add(o *Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case o.Group == "" && o.Kind == "Namespace":
		metadata := o.Root.Get("metadata")
		w.namespaces[o.Name] = policies.Namespace{
			Name: o.Name, Labels: stringMap(metadata.Get("labels")), Annotations: stringMap(metadata.Get("annotations")),
		}
	case o.Group == catalog.SageMaker && o.Kind == "EndpointConfig":
		if name := o.Root.Get("spec").Get("endpointConfigName").Str(); name != "" {
			o.Planned = true
			w.endpointConfigs[name] = append(w.endpointConfigs[name], o.Object)
		}
	case o.Group == catalog.S3 && o.Kind == "Bucket":
		target := o.Root.Get("spec").Get("logging").Get("loggingEnabled").Get("targetBucket").Str()
		if target != "" {
			w.logTargets[target] = true
		}
	}
}

// Sort puts candidates in an order that does not depend on which file was read first.
func (w *World) Sort() {
	for _, configs := range w.endpointConfigs {
		slices.SortFunc(configs, func(a, b policies.Object) int {
			return bytes.Compare([]byte(a.Namespace+"/"+a.Name), []byte(b.Namespace+"/"+b.Name))
		})
	}
}

func stringMap(n *tree.Node) map[string]string {
	m := make(map[string]string, n.Len())
	for i := range n.Len() {
		m[n.At(i).Key()] = n.At(i).Str()
	}
	return m
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
