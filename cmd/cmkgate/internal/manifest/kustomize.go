package manifest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Patches are the files that a kustomization among the manifests applies to
// other objects, by the file of the kustomization. What such a file omits
// stands in the object that it changes, so it cannot be evaluated as a whole.
type Patches map[string]string

// Find adds the patches of a document that is a kustomization, by the name of its file.
func (p Patches) Find(d *Document) {
	if !isKustomization(d.File) {
		return
	}
	var k struct {
		Patches               []struct{ Path string }
		PatchesStrategicMerge []string `yaml:"patchesStrategicMerge"`
	}
	var root yaml.Node
	if decodeNext(yaml.NewDecoder(bytes.NewReader(d.Data)), &root) != nil || root.Decode(&k) != nil {
		return // told when it is evaluated
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

// Outside is something that a kustomization builds from and that is not among
// the manifests.
type Outside struct {
	// Name is what the kustomization says.
	Name         string
	Line, Column int
}

// Outside lists what a kustomization, which was parsed, builds from and that is not
// in one of the folders: what it fetches, and charts that it renders. It is nil for
// other documents.
func (d *Document) Outside(parsed *Parsed, folders []string) []Outside {
	if !isKustomization(d.File) {
		return nil
	}
	root := parsed.yaml
	if root == nil && len(parsed.Values) > 0 {
		root = &yaml.Node{Content: []*yaml.Node{parsed.Values[0].Node()}}
	}
	if root == nil || len(root.Content) != 1 {
		return nil
	}
	var out []Outside
	for _, field := range []string{"resources", "bases", "components", "helmCharts", "helmChartInflationGenerator"} {
		list := resolve(fieldOf(root.Content[0], field))
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		for _, item := range list.Content {
			node := resolve(item)
			if node.Kind == yaml.MappingNode { // a chart
				if node = fieldOf(node, "name"); node == nil {
					node = resolve(item)
				}
			} else if isBelow(filepath.Join(filepath.Dir(d.File), node.Value), folders) {
				continue
			}
			out = append(out, Outside{Name: node.Value, Line: d.Line + node.Line, Column: node.Column})
		}
	}
	return out
}

func isKustomization(file string) bool {
	switch filepath.Base(file) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// isBelow reports whether there is such a file in one of the folders. What is
// not a file kustomize takes for something to fetch.
func isBelow(path string, folders []string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	path = filepath.ToSlash(absolute(path))
	return slices.ContainsFunc(folders, func(dir string) bool { return below(path, filepath.ToSlash(absolute(dir))) })
}

func absolute(path string) string {
	if p, err := filepath.Abs(path); err == nil {
		return p
	}
	return path
}
