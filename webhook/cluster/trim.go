package cluster

import (
	"maps"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// trimmer makes an object small before it goes into a cache.
type trimmer func(*tree.Node) *entry

// trimLookup keeps what the evaluation of other objects needs, under the object's AWS name.
func trimLookup(l catalog.Lookup) (trimmer, error) {
	name, err := tree.ParsePath(l.Name)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the path
	}
	keys, err := keyPaths(l.Kind)
	if err != nil {
		return nil, err
	}
	keep, err := policies.NewProjection(l)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the path
	}
	return func(root *tree.Node) *entry {
		e := newEntry(root)
		e.object = policies.NewObject(keep.Trim(root))
		whole := ack.Object{Kind: l.Kind, Root: root}
		e.object.Standing = ack.StandingOf(whole)
		e.unapplied = isUnapplied(whole, keys)
		e.awsName = e.object.Root.Find(name).Str()
		return e
	}, nil
}

// trimNamespace keeps labels, for overrides, and ACK's annotations.
func trimNamespace(root *tree.Node) *entry {
	e := newEntry(root)
	metadata := root.Get("metadata")
	e.Labels = texts(metadata.Get("labels"))
	annotations := texts(metadata.Get("annotations"))
	maps.DeleteFunc(annotations, func(name, _ string) bool { return !policies.ReadsAnnotation(name) })
	maps.Copy(annotations, e.Annotations)
	e.Annotations = annotations
	return e
}

// newEntry keeps what informers need. Texts are copied: those of a tree share the memory of all that was read.
func newEntry(root *tree.Node) *entry {
	metadata := root.Get("metadata")
	text := func(field string) string { return strings.Clone(metadata.Get(field).Str()) }
	e := &entry{ObjectMeta: metav1.ObjectMeta{Name: text("name"), Namespace: text("namespace"), ResourceVersion: text("resourceVersion")}}
	// The API server marks the end of what was there before a watch so, on an object without content.
	if end := metadata.Get("annotations").Get(metav1.InitialEventsAnnotationKey).Str(); end != "" {
		e.Annotations = map[string]string{metav1.InitialEventsAnnotationKey: strings.Clone(end)}
	}
	return e
}

// texts is a map of strings, none of which keeps the tree in memory.
func texts(n *tree.Node) map[string]string {
	all := map[string]string{}
	for i := range n.Len() {
		member := n.At(i)
		all[strings.Clone(member.Key())] = strings.Clone(member.Str())
	}
	return all
}
