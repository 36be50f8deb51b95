package policies

import (
	"fmt"
	"math/rand/v2"
	"testing"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	"github.com/aws-controllers-k8s/runtime/pkg/runtime/iamroleselector"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// TestSelectorsMatchAsInACK checks the matching of selectors against the code
// of the ACK runtime, over selectors and objects made from few words, so that
// they often meet.
func TestSelectorsMatchAsInACK(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	matched := 0
	for range 20_000 {
		selector := randomSelector(r)
		var theirs ackv1alpha1.IAMRoleSelector
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(selector, &theirs); err != nil {
			t.Fatal(err)
		}
		labels, nsLabels := randomLabels(r), randomLabels(r)
		gvk := schema.GroupVersionKind{
			Group: pick(r, "s3.services.k8s.aws", "sagemaker.services.k8s.aws"), Version: "v1alpha1", Kind: pick(r, "Bucket", "Model"),
		}
		ns := Namespace{Name: pick(r, "a", "b", "c"), Labels: stringsOf(nsLabels)}
		object := NewObject(tree.FromValue(map[string]any{
			"apiVersion": gvk.GroupVersion().String(), "kind": gvk.Kind, "metadata": map[string]any{"namespace": ns.Name, "labels": labels},
		}))
		want := iamroleselector.Matches(&theirs, iamroleselector.MatchContext{
			Namespace: ns.Name, NamespaceLabels: ns.Labels, GVK: gvk, ResourceLabels: stringsOf(labels),
		})
		ours, ok := NewRoleSelector(tree.FromValue(selector))
		if !ok {
			continue // invalid ones never come to matching; see TestSelectorsThatACKPassesOver
		}
		if got := ours.matches(object, ns); got != want {
			t.Fatalf("ACK says %v, cmkgate %v:\n%v\n%v in %+v", want, got, selector, gvk, ns)
		}
		if want {
			matched++
		}
	}
	if matched < 1000 {
		t.Errorf("only %d selectors matched", matched)
	}
}

func randomSelector(r *rand.Rand) map[string]any {
	spec := map[string]any{"arn": "arn:aws:iam::111122223333:role/x"}
	if r.IntN(2) == 0 {
		names := []any{}
		for range r.IntN(3) {
			names = append(names, pick(r, "a", "b", "c"))
		}
		spec["namespaceSelector"] = map[string]any{"names": names, "labelSelector": map[string]any{"matchLabels": randomLabels(r)}}
	}
	if r.IntN(2) == 0 {
		types := []any{}
		for range r.IntN(3) {
			types = append(types, map[string]any{
				"group": pick(r, "", "s3.services.k8s.aws"), "version": pick(r, "", "v1alpha1", "v1"), "kind": pick(r, "", "Bucket", "Model"),
			})
		}
		spec["resourceTypeSelector"] = types
	}
	if r.IntN(2) == 0 {
		spec["resourceLabelSelector"] = map[string]any{"matchLabels": randomLabels(r)}
	}
	return map[string]any{"metadata": map[string]any{"name": "x"}, "spec": spec}
}

func randomLabels(r *rand.Rand) map[string]any {
	labels := map[string]any{}
	for range r.IntN(3) {
		labels[pick(r, "team", "env")] = pick(r, "", "x", "y")
	}
	return labels
}

func stringsOf(m map[string]any) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = fmt.Sprint(v)
	}
	return out
}

func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }

func TestSelectorsThatACKPassesOver(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:role/x"
	type fields = map[string]any
	for name, spec := range map[string]any{
		"no spec":                    nil,
		"no ARN":                     fields{},
		"an ARN that is none":        fields{"arn": "role/x"},
		"an ARN of five parts":       fields{"arn": "arn:aws:iam::role/x"},
		"a namespace without a name": fields{"arn": arn, "namespaceSelector": fields{"names": []any{""}}},
		"a namespace twice":          fields{"arn": arn, "namespaceSelector": fields{"names": []any{"a", "a"}}},
		"a label without a key":      fields{"arn": arn, "resourceLabelSelector": fields{"matchLabels": fields{"": "x"}}},
		"a type that says nothing":   fields{"arn": arn, "resourceTypeSelector": []any{fields{"group": "", "version": "", "kind": ""}}},
		"a type twice":               fields{"arn": arn, "resourceTypeSelector": []any{fields{"kind": "Bucket"}, fields{"kind": "Bucket"}}},
		"a label that is a number":   fields{"arn": arn, "namespaceSelector": fields{"labelSelector": fields{"matchLabels": fields{"a": 1}}}},
		"names that are a string":    fields{"arn": arn, "namespaceSelector": fields{"names": "a"}},
	} {
		if _, ok := NewRoleSelector(tree.FromValue(fields{"metadata": fields{"name": "x"}, "spec": spec})); ok {
			t.Errorf("a selector with %s counts", name)
		}
	}
	if _, ok := NewRoleSelector(tree.FromValue(fields{"spec": fields{"arn": arn}})); !ok {
		t.Error("a selector that matches everything does not count")
	}
}
