package controllers

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// manifests has a manifest of each kind, which sets no key; in keyless those of kinds that have no field for one.
// $SCENE and $INSTANCE stand for what is to be filled in.
//
//go:embed manifests
var manifests embed.FS

// Manifest is the manifest of a kind, for a scene and an instance type. The object and what it is called in AWS are named
// after both: SCENE-KIND.
func Manifest(kind, scene, instance string) (*unstructured.Unstructured, error) {
	file := strings.ToLower(kind) + ".yaml"
	text, err := manifests.ReadFile("manifests/" + file)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = manifests.ReadFile("manifests/keyless/" + file)
	}
	if err != nil {
		return nil, fmt.Errorf("there is no manifest of kind %s: %w", kind, err)
	}
	expanded := os.Expand(string(text), func(name string) string {
		return map[string]string{"SCENE": scene, "INSTANCE": instance}[name]
	})
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(expanded), &object.Object); err != nil {
		return nil, fmt.Errorf("the manifest of kind %s: %w", kind, err)
	}
	return object, nil
}

// Condition is what a condition of an object says; "" if it has none of that type.
func Condition(object *unstructured.Unstructured, name string) (status, message string) {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, c := range conditions {
		if c, ok := c.(map[string]any); ok && c["type"] == name {
			status, _ = c["status"].(string)
			message, _ = c["message"].(string)
		}
	}
	return status, message
}

var keyName = regexp.MustCompile(`(?i)kms.*key`)

// Keys collects every KMS key that a document names, by its path. Paths are lower-cased: outputDataConfig.kmsKeyID of an
// object is OutputDataConfig.KmsKeyId of the call, and what a catalog knows of either plays no part. No key and "" are the
// same.
func Keys(document any) map[string]string {
	keys := map[string]string{}
	collectKeys(keys, "", document)
	return keys
}

func collectKeys(keys map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, below := range v {
			at := strings.TrimPrefix(path+"."+strings.ToLower(name), ".")
			if key, ok := below.(string); ok && key != "" && keyName.MatchString(name) {
				keys[at] = key
			}
			collectKeys(keys, at, below)
		}
	case []any:
		for i, below := range v {
			collectKeys(keys, fmt.Sprintf("%s[%d]", path, i), below)
		}
	}
}
