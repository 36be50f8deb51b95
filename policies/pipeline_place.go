package policies

import (
	"bytes"
	"encoding/json"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// place gives a finding its place in the definition and the patch that fixes
// it. What a parameter's default does wrong is fixed there.
func (d *definition) place(f Finding) Finding {
	at := append(tree.Path{}, f.use.path...).Child(f.Path...)
	present := len(f.use.path) + f.use.present
	missingDefault := false
	if f.use.alone && !f.removes() {
		name := f.use.value[0]
		if p, ok := d.parameters[name]; ok {
			at = tree.Path{tree.Key("Parameters"), tree.Index(p.index), tree.Key("DefaultValue")}
			missingDefault = p.value.Absent()
			present = len(at)
			if missingDefault {
				present--
			}
			f.use.parameter = name
		}
	}
	f.Path, f.Within = definitionPath(), at
	if len(f.Fix) != 1 {
		return f
	}
	f.Fix = []Edit{{Path: f.Path, Within: at, Value: f.Fix[0].Value}}
	patch, err := patchOf(at, present, f.Fix[0].Value)
	if err != nil || len(patch) > maxPatch {
		return f
	}
	f.Remedy = "Patch the definition: " + patch + "."
	if missingDefault {
		f.Remedy = "Give the parameter a default: " + patch + "."
	}
	return f
}

// removes reports whether the remedy is to remove the field.
func (f *Finding) removes() bool { return len(f.Fix) == 1 && f.Fix[0].Value == nil }

// maxPatch is the length from which a patch is not a hint any more: names in
// the definition can be as long as the definition.
const maxPatch = 600

// patchOf is a JSON patch (RFC 6902) that sets a value, or removes it, where
// the first steps of the path are present.
func patchOf(path tree.Path, present int, value any) (string, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value,omitempty"`
	}
	op := operation{Op: "replace", Path: path.Pointer(), Value: value}
	switch {
	case value == nil:
		op.Op = "remove"
	case present < len(path):
		// Only members of objects are ever missing: rows end in a name.
		op.Op, op.Path = "add", path[:present+1].Pointer()
		for i := len(path) - 1; i > present; i-- {
			op.Value = map[string]any{path[i].Key: op.Value}
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode([]operation{op})
	return string(bytes.TrimSpace(b.Bytes())), err //nolint:wrapcheck // strings and maps of strings cannot fail
}
