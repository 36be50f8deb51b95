package cluster

import (
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// trimmer makes an object small before it goes into a cache.
type trimmer func(*unstructured.Unstructured) *entry

// trimLookup keeps what others are judged by, under the object's name in AWS.
func trimLookup(l catalog.Lookup) (trimmer, error) {
	name, err := tree.ParsePath(l.Name)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the path
	}
	logTarget, err := tree.ParsePath(catalog.LogTarget)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the path
	}
	keep, err := policies.NewKeeper(l)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the path
	}
	return func(u *unstructured.Unstructured) *entry {
		e := newEntry(u)
		e.object = policies.NewObject(keep.Trim(tree.FromValue(u.Object)))
		e.awsName = e.object.Root.Find(name).Str()
		if l.Kind.Group == catalog.S3 {
			e.logTarget = e.object.Root.Find(logTarget).Str()
		}
		return e
	}, nil
}

// trimNamespace keeps labels, for overrides, and ACK's annotations.
func trimNamespace(u *unstructured.Unstructured) *entry {
	e := newEntry(u)
	e.Labels, e.Annotations = u.GetLabels(), u.GetAnnotations()
	maps.DeleteFunc(e.Annotations, func(name, _ string) bool { return !policies.ReadsAnnotation(name) })
	return e
}

func newEntry(u *unstructured.Unstructured) *entry {
	return &entry{
		ObjectMeta: metav1.ObjectMeta{Name: u.GetName(), Namespace: u.GetNamespace(), ResourceVersion: u.GetResourceVersion()},
	}
}
