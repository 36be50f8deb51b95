package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

// unit is what is applied together: one file, or one folder of samples, in a
// namespace of its own.
type unit struct {
	name      string
	namespace string
	objects   []object
	// broken is the text of a file that is no YAML.
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
	fixed := deepCopy(o).(map[string]any)
	for _, r := range judged {
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

// units reads the samples and end-to-end resources of both ACK modules.
func units(t *testing.T) []unit {
	t.Helper()
	var out []unit
	for module, folders := range map[string][]string{
		"sagemaker-controller": {"samples", "test/e2e/resources"},
		"s3-controller":        {"test/e2e/resources"},
	} {
		dir, err := apiserver.ModuleDir(t.Context(), "github.com/aws-controllers-k8s/"+module)
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			out = append(out, folderUnits(t, module, filepath.Join(dir, folder), folder == "samples")...)
		}
	}
	slices.SortFunc(out, func(a, b unit) int { return strings.Compare(a.name, b.name) })
	for i := range out {
		out[i].namespace = fmt.Sprintf("corpus-%d", i)
		for _, o := range out[i].objects {
			o.metadata()["namespace"] = out[i].namespace
		}
	}
	return out
}

func folderUnits(t *testing.T, module, dir string, byFolder bool) []unit {
	t.Helper()
	found := map[string]*unit{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(rel, ".yaml")
		if byFolder {
			name = filepath.Dir(rel)
		}
		name = module + "/" + filepath.Base(dir) + "/" + strings.ReplaceAll(name, "/", "-")
		if found[name] == nil {
			found[name] = &unit{name: name}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data = fill(data, name)
		objects, err := readObjects(data)
		if err != nil {
			found[name].broken = data
		}
		found[name].objects = append(found[name].objects, objects...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []unit
	for _, u := range found {
		// What an Endpoint names is applied before it, as a person would.
		slices.SortStableFunc(u.objects, func(a, b object) int { return rank(a) - rank(b) })
		out = append(out, *u)
	}
	return out
}

func rank(o object) int {
	if o["kind"] == "Endpoint" {
		return 1
	}
	return 0
}

func readObjects(data []byte) ([]object, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	var out []object
	for {
		o := object{}
		if err := decoder.Decode(&o); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		if o["kind"] != nil {
			out = append(out, o)
		}
	}
}

var placeholder = regexp.MustCompile(`<YOUR[A-Za-z_ /.-]+>|<BUCKET_NAME>|<REGION>|\$[A-Z][A-Z_0-9]+`)

// fill puts values where the manifests have placeholders. AWS names are the
// unit's own, since AWS knows a bucket or an EndpointConfig by name only.
func fill(data []byte, unit string) []byte {
	hash := fnv.New32a()
	hash.Write([]byte(unit))
	suffix := fmt.Sprintf("%x", hash.Sum32())
	return placeholder.ReplaceAllFunc(data, func(p []byte) []byte {
		name := strings.Trim(string(p), "<>$")
		switch {
		case strings.HasSuffix(name, "INSTANCE_TYPE"), strings.HasSuffix(name, "INSTANCE_TYPES"):
			return []byte("ml.m5.xlarge")
		case strings.Contains(name, "ROLE"), strings.HasSuffix(name, "ARN"):
			return []byte("arn:aws:iam::111122223333:role/ack")
		case name == "BUCKET_NAME" && strings.Contains(unit, "directory_bucket"):
			return []byte("directory-" + suffix + "--euw1-az1--x-s3")
		case name == "ADOPTION_POLICY":
			return []byte(adoptionPolicy(unit))
		case name == "ADOPTION_FIELDS":
			return []byte(`{\"name\": \"adopted\"}`)
		case name == "DELETION_POLICY":
			return []byte("delete")
		}
		name = strings.NewReplacer(" ", "-", "_", "-", "/", "-", ".", "-").Replace(strings.ToLower(name))
		return []byte(name + "-" + suffix)
	})
}

func adoptionPolicy(unit string) string {
	if strings.Contains(unit, "or_create") {
		return "adopt-or-create"
	}
	return "adopt"
}
