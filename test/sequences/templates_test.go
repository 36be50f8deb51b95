package sequences

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

const (
	defaultKey = "arn:aws:kms:eu-west-1:111122223333:key/mrk-11111111111111111111111111111111"
	// ownKey is one of the organization that is nobody's default, foreignKey somebody else's.
	ownKey     = "arn:aws:kms:eu-west-1:111122223333:key/44444444-4444-4444-4444-444444444444"
	foreignKey = "arn:aws:kms:eu-west-1:999988887777:key/55555555-5555-5555-5555-555555555555"

	ebs   = "ml.m5.large"
	local = "ml.g5.xlarge"
)

// withKey sets a key in all fields of a manifest that the catalog has. It is how the generator comes to objects with keys;
// what the invariants ask for does not depend on it.
func withKey(manifest *unstructured.Unstructured, key string) {
	switch manifest.GetKind() {
	case "Bucket":
		_ = unstructured.SetNestedField(manifest.Object, encryption("aws:kms", key), "spec", "encryption")
		return
	case "Pipeline":
		text, _, _ := unstructured.NestedString(manifest.Object, "spec", "pipelineDefinition")
		text = strings.NewReplacer(`"OutputDataConfig":{`, `"OutputDataConfig":{"KmsKeyId":"`+key+`",`,
			`"ResourceConfig":{`, `"ResourceConfig":{"VolumeKmsKeyId":"`+key+`",`).Replace(text)
		_ = unstructured.SetNestedField(manifest.Object, text, "spec", "pipelineDefinition")
		return
	}
	for _, field := range catalog.Fields() {
		if field.Kind.Name == manifest.GetKind() && field.ReplacedBy == "" && !field.OtherRegion {
			setBelow(manifest.Object, strings.Split(field.Path, "."), key)
		}
	}
}

func encryption(algorithm, key string) map[string]any {
	byDefault := map[string]any{"sseAlgorithm": algorithm}
	if key != "" {
		byDefault["kmsMasterKeyID"] = key
	}
	return map[string]any{"rules": []any{map[string]any{"applyServerSideEncryptionByDefault": byDefault, "bucketKeyEnabled": key != ""}}}
}

// setBelow sets a leaf wherever its parent is there.
func setBelow(parent map[string]any, steps []string, value any) {
	name, isList := strings.CutSuffix(steps[0], "[*]")
	if len(steps) == 1 {
		parent[name] = value
		return
	}
	if isList {
		list, _ := parent[name].([]any)
		for _, element := range list {
			if below, ok := element.(map[string]any); ok {
				setBelow(below, steps[1:], value)
			}
		}
		return
	}
	if below, ok := parent[name].(map[string]any); ok {
		setBelow(below, steps[1:], value)
	}
}

// learnTemplates has ACK create one resource of each kind, without keys and with, where cmkgate is not asked, and keeps
// what it asked AWS for.
func (l *lab) learnTemplates(ctx context.Context) error {
	namespace := &side{lab: l, name: "templates"}
	if err := namespace.prepare(ctx); err != nil {
		return err
	}
	l.templates = map[string]map[bool]map[string]any{}
	var made []*unstructured.Unstructured
	for _, k := range kinds() {
		for _, keyed := range []bool{false, true} {
			manifest, err := controllers.Manifest(k.name, templateScene(keyed), ebs)
			if err != nil {
				return err
			}
			if keyed {
				withKey(manifest, ownKey)
			}
			if _, err := l.person("").Resource(k.resource()).Namespace(namespace.name).Create(ctx, manifest, metav1.CreateOptions{}); err != nil {
				return fmt.Errorf("creating a template of kind %s: %w", k.name, err)
			}
			made = append(made, manifest)
		}
	}
	if err := l.recordTemplates(ctx); err != nil {
		return err
	}
	for _, manifest := range made {
		k, _ := kindNamed(manifest.GetKind())
		objects := l.person("").Resource(k.resource()).Namespace(namespace.name)
		if err := objects.Delete(ctx, manifest.GetName(), metav1.DeleteOptions{}); err != nil {
			return err
		}
		_, _ = objects.Patch(ctx, manifest.GetName(), "application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
	}
	l.aws.Forget(func(string) bool { return true })
	return nil
}

func templateScene(keyed bool) string {
	if keyed {
		return "templatekeyed"
	}
	return "templatebare"
}

// recordTemplates waits for the Create calls.
func (l *lab) recordTemplates(ctx context.Context) error {
	for range 300 {
		missing := 0
		for _, k := range kinds() {
			if l.templates[k.name] == nil {
				l.templates[k.name] = map[bool]map[string]any{}
			}
			for _, keyed := range []bool{false, true} {
				calls := l.aws.Requests().Named(creation(k.name))
				for _, call := range calls {
					if strings.HasPrefix(call.Name, templateScene(keyed)+"-") {
						l.templates[k.name][keyed] = call.Members
					}
				}
				if _, there := l.templates[k.name][keyed]; !there {
					missing++
				}
			}
		}
		if missing == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("ACK has not created a resource of each kind")
}

// creation is the operation that makes a resource.
func creation(kindName string) string {
	if kindName == "PipelineExecution" {
		return "StartPipelineExecution"
	}
	return "Create" + kindName
}

// exist makes a resource in AWS as ACK would, but for the key.
func (l *lab) exist(o operation) error {
	if o.Kind == "Bucket" {
		return l.aws.BucketExists(o.Name, o.Key)
	}
	keyed := o.Key != ""
	text, err := json.Marshal(l.templates[o.Kind][keyed])
	if err != nil {
		return err
	}
	scene, kindSuffix := templateScene(keyed), "-"+strings.ToLower(o.Kind)
	renamed := strings.NewReplacer(
		scene+kindSuffix, o.Name, scene+"-", strings.TrimSuffix(o.Name, kindSuffix)+"-", ownKey, o.Key,
	).Replace(string(text))
	members := map[string]any{}
	if err := json.Unmarshal([]byte(renamed), &members); err != nil {
		return err
	}
	maps.Copy(members, o.Members)
	return l.aws.Exists(o.Kind, members)
}
