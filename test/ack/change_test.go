package ack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/ack/aws"
)

// setKeysLater proves a column of the catalog: it says of each key field whether ACK carries out a change of the key.
// cmkgate denies the changes that ACK does not carry out, so this is to be seen only where cmkgate is not.
func (s *stage) setKeysLater(t *testing.T) {
	const scene = "later"
	s.apply(t, s.manifests(t, scene, ebs))
	for _, sub := range s.subjects(scene) {
		t.Run(sub.name, func(t *testing.T) {
			object := s.ready(t, sub)
			for _, field := range catalog.Fields() {
				if field.Kind.Name != sub.kind.name || !applies(object, field.Path) {
					continue
				}
				t.Run(field.Path, func(t *testing.T) { s.setKeyLater(t, sub, field) })
			}
		})
	}
}

// applies tells whether the object has the field's parent. A bucket's encryption can be made as a whole.
func applies(object *unstructured.Unstructured, path string) bool {
	steps := strings.Split(path, ".")
	var at any = object.Object
	for _, step := range steps[:len(steps)-1] {
		name, isList := strings.CutSuffix(step, "[*]")
		parent, ok := at.(map[string]any)
		if !ok {
			return false
		}
		at = parent[name]
		if list, ok := at.([]any); isList && ok && len(list) > 0 {
			at = list[0]
		}
	}
	return at != nil || strings.HasPrefix(path, "spec.encryption.")
}

func (s *stage) setKeyLater(t *testing.T, sub *subject, field catalog.Field) {
	t.Helper()
	before, changes := s.ready(t, sub), len(s.requests(sub).Changes())
	changed := before.DeepCopy()
	changed.Object["spec"] = withKey(changed.Object["spec"], strings.Split(field.Path, ".")[1:])
	s.update(t, sub, changed)
	s.eventually(t, sub, func(ctx context.Context) error {
		object, err := s.of(sub).Get(ctx, sub.name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		terminal, _ := condition(object, "ACK.Terminal")
		if terminal != "True" && len(s.requests(sub).Changes()) == changes {
			return errors.New("ACK has neither asked AWS for anything nor given up")
		}
		return nil
	})
	arrived := slices.ContainsFunc(s.requests(sub), func(r aws.Request) bool { return len(keysIn(r.Members)) > 0 })
	if arrived != field.Mutable {
		t.Errorf("the catalog says that the key is mutable: %t; that it reached AWS: %t", field.Mutable, arrived)
	}
	if sub.kind.name == "NotebookInstance" {
		return // ACK has stopped it, and does not let go of it any more
	}
	// As it was, and not only without the key: ACK does not take an absent key for the "" that it wrote itself.
	s.update(t, sub, before)
}

// update replaces an object's spec as a person.
func (s *stage) update(t *testing.T, sub *subject, want *unstructured.Unstructured) {
	t.Helper()
	object := s.get(t, sub)
	object.Object["spec"] = want.Object["spec"]
	if _, err := s.of(sub).Update(t.Context(), object, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// withKey sets a key at a path, and makes what is missing on the way.
func withKey(at any, steps []string) any {
	parent, _ := at.(map[string]any)
	if parent == nil {
		parent = map[string]any{}
	}
	if len(steps) == 1 {
		parent[steps[0]] = ownKey
		if steps[0] == "kmsMasterKeyID" {
			parent["sseAlgorithm"] = "aws:kms"
		}
		return parent
	}
	name, isList := strings.CutSuffix(steps[0], "[*]")
	if !isList {
		parent[name] = withKey(parent[name], steps[1:])
		return parent
	}
	list, _ := parent[name].([]any)
	if len(list) == 0 {
		list = []any{nil}
	}
	list[0] = withKey(list[0], steps[1:])
	parent[name] = list
	return parent
}
