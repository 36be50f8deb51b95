package cluster

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// ackPrefix starts the annotations that policies read.
const ackPrefix = "services.k8s.aws/"

// trimEndpointConfig keeps the hosting key, what governs it, and where the object belongs.
func trimEndpointConfig(u *unstructured.Unstructured) *entry {
	name, _, _ := unstructured.NestedString(u.Object, "spec", "endpointConfigName")
	kept := map[string]any{
		"apiVersion": u.GetAPIVersion(),
		"kind":       u.GetKind(),
		"metadata":   keepMetadata(u),
	}
	keep(kept, u.Object, "spec", "endpointConfigName")
	keep(kept, u.Object, "spec", "kmsKeyID")
	keep(kept, u.Object, "status", "ackResourceMetadata")
	if variants, ok, _ := unstructured.NestedSlice(u.Object, "spec", "productionVariants"); ok {
		_ = unstructured.SetNestedSlice(kept, keepVariants(variants), "spec", "productionVariants")
	}
	return newEntry(u, name, kept)
}

func keepVariants(variants []any) []any {
	out := make([]any, len(variants))
	for i, v := range variants {
		m, _ := v.(map[string]any)
		kept := map[string]any{}
		for _, field := range []string{"instanceType", "serverlessConfig"} {
			if value, ok := m[field]; ok {
				kept[field] = value
			}
		}
		out[i] = kept
	}
	return out
}

// trimBucket keeps which bucket gets the access logs.
func trimBucket(u *unstructured.Unstructured) *entry {
	target, _, _ := unstructured.NestedString(u.Object, "spec", "logging", "loggingEnabled", "targetBucket")
	return newEntry(u, target, nil)
}

// trimNamespace keeps labels, for overrides, and ACK's annotations.
func trimNamespace(u *unstructured.Unstructured) *entry {
	e := newEntry(u, "", nil)
	e.Labels, e.Annotations = u.GetLabels(), ackAnnotations(u)
	return e
}

func newEntry(u *unstructured.Unstructured, index string, kept map[string]any) *entry {
	e := &entry{
		ObjectMeta: metav1.ObjectMeta{Name: u.GetName(), Namespace: u.GetNamespace(), ResourceVersion: u.GetResourceVersion()},
		index:      index,
	}
	if kept != nil {
		e.object = policies.NewObject(tree.FromValue(kept))
	}
	return e
}

func keepMetadata(u *unstructured.Unstructured) map[string]any {
	kept := map[string]any{"name": u.GetName(), "namespace": u.GetNamespace()}
	annotations := map[string]any{}
	for key, value := range ackAnnotations(u) {
		annotations[key] = value
	}
	if len(annotations) > 0 {
		kept["annotations"] = annotations
	}
	return kept
}

func ackAnnotations(u *unstructured.Unstructured) map[string]string {
	kept := map[string]string{}
	for key, value := range u.GetAnnotations() {
		if strings.HasPrefix(key, ackPrefix) {
			kept[key] = value
		}
	}
	return kept
}

func keep(dst, src map[string]any, path ...string) {
	if value, ok, _ := unstructured.NestedFieldNoCopy(src, path...); ok {
		_ = unstructured.SetNestedField(dst, value, path...)
	}
}
