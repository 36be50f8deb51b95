package corpus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/manifests"
)

// unit is what is applied together: one file, or one folder of samples, in a
// namespace of its own.
type unit struct {
	name      string
	namespace string
	objects   []object
	// broken is the text of a file that is not YAML.
	broken []byte
}

// object is a manifest with its placeholders filled.
type object map[string]any

func (o object) metadata() map[string]any {
	m, _ := o["metadata"].(map[string]any)
	return m
}

func (o object) title() string { return fmt.Sprintf("%v %v", o["kind"], o.metadata()["name"]) }

func (o object) key() string {
	return fmt.Sprintf("%v/%v/%v", o["kind"], o.metadata()["namespace"], o.metadata()["name"])
}

// fixed is the object with every proposed fix applied, under a new name where
// the first was taken.
func (o object) fixed(t *testing.T, judged []result) object {
	t.Helper()
	// Only a person knows the key of the bucket that is replicated to; the finding says where it belongs.
	replicated := tree.MustPath("spec.replication.rules[0].sourceSelectionCriteria.sseKMSEncryptedObjects.status")
	replicaKey := tree.MustPath("spec.replication.rules[0].destination.encryptionConfiguration.replicaKMSKeyID")
	fixed := deepCopy(o).(map[string]any)
	for _, r := range judged {
		if r.Mode == "Enforce" && !r.Inject && r.Fix == nil && strings.Contains(r.Message, replicated.String()) {
			set(fixed, replicated, "Enabled")
			set(fixed, replicaKey, "arn:aws:kms:us-east-1:111122223333:key/44444444-4444-4444-4444-444444444444")
			continue
		}
		if r.Mode == "Enforce" && !r.Inject && r.Fix == nil {
			t.Fatalf("%s: no fix is proposed for %s", o.title(), r.Message)
		}
		for _, f := range r.Fix {
			path, value := tree.MustPath(f.Path), f.Value
			if f.Pointer != "" {
				value = setWithin(t, get(fixed, path), f.Pointer, f.Value)
			}
			set(fixed, path, value)
		}
	}
	return fixed
}

func get(in any, path tree.Path) any {
	for _, step := range path {
		m, _ := in.(map[string]any)
		in = m[step.Key]
	}
	return in
}

// setWithin is a JSON text after an edit at a JSON pointer.
func setWithin(t *testing.T, text any, pointer string, value any) string {
	t.Helper()
	var root any
	if err := json.Unmarshal(fmt.Append(nil, text), &root); err != nil {
		t.Fatal(err)
	}
	var path tree.Path
	for token := range strings.SplitSeq(pointer[1:], "/") {
		step := tree.Key(strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		if i, err := strconv.Atoi(token); err == nil { // no field of these texts is a number
			step = tree.Index(i)
		}
		path = append(path, step)
	}
	after, err := json.Marshal(set(root, path, value))
	if err != nil {
		t.Fatal(err)
	}
	return string(after)
}

func deepCopy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, e := range v {
			out[key] = deepCopy(e)
		}
		return out
	case object:
		return deepCopy(map[string]any(v))
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = deepCopy(e)
		}
		return out
	}
	return v
}

// set writes a value into maps and lists; nil removes the field.
func set(in any, path tree.Path, value any) any {
	if len(path) == 0 {
		return value
	}
	if !path[0].IsKey() {
		list, _ := in.([]any)
		for len(list) <= path[0].Index {
			list = append(list, nil)
		}
		list[path[0].Index] = set(list[path[0].Index], path[1:], value)
		return list
	}
	m, ok := in.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	if len(path) == 1 && value == nil {
		delete(m, path[0].Key)
		return m
	}
	m[path[0].Key] = set(m[path[0].Key], path[1:], value)
	return m
}

// units reads the samples and end-to-end resources of both ACK modules. What an
// Endpoint names is applied before it, as a person would.
func units(t *testing.T) []unit {
	t.Helper()
	texts, err := manifests.ACK(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := make([]unit, len(texts))
	for i, text := range texts {
		out[i] = unit{name: text.Name, namespace: fmt.Sprintf("corpus-%d", i)}
		objects, err := text.Objects()
		if err != nil {
			out[i].broken = text.Data
		}
		for _, o := range objects {
			out[i].objects = append(out[i].objects, object(o.Fields))
			o.Metadata()["namespace"] = out[i].namespace
		}
		slices.SortStableFunc(out[i].objects, func(a, b object) int { return rank(a) - rank(b) })
	}
	return out
}

func rank(o object) int {
	if o["kind"] == "Endpoint" {
		return 1
	}
	return 0
}
