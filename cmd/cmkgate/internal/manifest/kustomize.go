package manifest

import (
	"bytes"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// Patches are the files that a kustomization among the manifests applies to
// other objects, by the file of the kustomization. What such a file leaves out
// stands in the object that it changes, so it cannot be judged as a whole.
type Patches map[string]string

// Find adds the patches of a document that is a kustomization, by the name of its file.
func (p Patches) Find(d *Document) {
	switch filepath.Base(d.File) {
	case "kustomization.yaml", "kustomization.yml":
	default:
		return
	}
	var k struct {
		Patches               []struct{ Path string }
		PatchesStrategicMerge []string `yaml:"patchesStrategicMerge"`
	}
	var root yaml.Node
	if decodeNext(yaml.NewDecoder(bytes.NewReader(d.Data)), &root) != nil || root.Decode(&k) != nil {
		return // told when it is judged
	}
	files := k.PatchesStrategicMerge
	for _, patch := range k.Patches {
		files = append(files, patch.Path)
	}
	for _, file := range files {
		if file != "" {
			p[filepath.Join(filepath.Dir(d.File), file)] = d.File
		}
	}
}

// Of is the kustomization that applies the file as a patch, "" for other files.
func (p Patches) Of(file string) string {
	if len(p) == 0 {
		return ""
	}
	return p[filepath.Clean(file)]
}
