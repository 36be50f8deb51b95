package ack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/ack/aws"
	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

// setKeysLater proves a column of the catalog: it says of each key field whether ACK carries out a change of the key.
// cmkgate denies the changes that ACK does not carry out, so this is to be seen only where cmkgate is not. Each field
// has an object of its own: what a change did to one would be in the way of the next.
func (s *stage) setKeysLater(t *testing.T) {
	later := map[*subject]catalog.Field{}
	var manifests []*unstructured.Unstructured
	for i, field := range catalog.Fields() {
		for _, k := range s.kinds {
			scene := fmt.Sprintf("later-%d", i)
			manifest := k.manifest(t, scene, ebs)
			if field.Kind.Name == k.name && applies(manifest, field.Path) {
				sub := k.subject(scene)
				later[&sub] = field
				manifests = append(manifests, manifest)
			}
		}
	}
	s.apply(t, manifests)
	for sub, field := range later {
		t.Run(field.Kind.Name+" "+field.Path, func(t *testing.T) { s.setKeyLater(t, sub, field) })
	}
}

// applies reports whether the object has the field's parent. A bucket's encryption can be made as a whole.
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
	spec, created := s.ready(t, sub).Object["spec"], len(s.aws.Requests())
	changed, err := json.Marshal(map[string]any{"spec": withKey(spec, strings.Split(field.Path, ".")[1:])})
	if err != nil {
		t.Fatal(err)
	}
	s.patch(t, sub, string(changed))
	changes := func() aws.Requests {
		return s.aws.Requests()[created:].Changes().Where(func(r *aws.Request) bool {
			return r.Name == sub.name && !sub.kind.ownAffair(r.Operation)
		})
	}
	withKeys := func(r aws.Request) bool { return len(controllers.Keys(r.Members)) > 0 }
	s.eventually(t, sub, func(ctx context.Context) error {
		object, err := s.of(sub).Get(ctx, sub.name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		asked := changes()
		if field.Mutable { // ACK may ask for something else first
			asked = asked.Where(func(r *aws.Request) bool { return withKeys(*r) })
		}
		if terminal, _ := controllers.Condition(object, "ACK.Terminal"); terminal != "True" && len(asked) == 0 {
			return errors.New("ACK has neither asked AWS for the key nor given up")
		}
		return nil
	})
	arrived := slices.ContainsFunc(changes(), withKeys)
	if arrived != field.Mutable {
		t.Errorf("the catalog says that the key is mutable: %t; that it reached AWS: %t", field.Mutable, arrived)
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
