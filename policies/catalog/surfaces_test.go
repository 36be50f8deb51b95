package catalog

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies/tree"
)

func TestEverySurfaceExistsInTheCRDs(t *testing.T) {
	crds := schemas(t)
	for _, s := range Surfaces() {
		name := s.Kind.Name + " " + s.Path
		field := crds[s.Kind].at(parsePath(t, s.Path))
		if field == nil {
			t.Errorf("there is no %s", name)
			continue
		}
		switch s.Form {
		case Variables, Properties:
			if !field.isMapOfStrings() {
				t.Errorf("%s is no map of strings", name)
			}
		case Arguments:
			if field.Type != "array" || field.Items.Type != "string" {
				t.Errorf("%s is no list of strings", name)
			}
		case Parameter:
			beside := crds[s.Kind].at(parsePath(t, s.Name))
			if field.Type != "string" || beside == nil || beside.Type != "string" || s.Name[:strings.LastIndex(s.Name, ".")] != s.Path[:strings.LastIndex(s.Path, ".")] {
				t.Errorf("%s is no string named by %s", name, s.Name)
			}
		case Script, Document:
			if field.Type != "string" {
				t.Errorf("%s is no string", name)
			}
		default:
			t.Errorf("%s has no form", name)
		}
		if (s.Form == Parameter) != (s.Name != "") {
			t.Errorf("%s is named by %q", name, s.Name)
		}
	}
}

func TestEverySurfaceExistsInTheGoTypes(t *testing.T) {
	types := goTypes(t)
	kinds := map[Form]reflect.Kind{Variables: reflect.Map, Properties: reflect.Map, Arguments: reflect.Slice, Parameter: reflect.String, Script: reflect.String, Document: reflect.String}
	for _, s := range Surfaces() {
		if got := goField(types[s.Kind], parsePath(t, s.Path)); got == nil || got.Kind() != kinds[s.Form] {
			t.Errorf("%s %s is a %v", s.Kind.Name, s.Path, got)
		}
	}
}

// A map of strings, a command line, a script or parameters that a newer CRD
// adds must become a row.
func TestEverySurfaceOfTheCRDsIsARow(t *testing.T) {
	rows := map[Kind][]string{}
	for _, s := range Surfaces() {
		if slices.Contains(rows[s.Kind], s.Path) {
			t.Errorf("%s %s is listed twice", s.Kind.Name, s.Path)
		}
		rows[s.Kind] = append(rows[s.Kind], s.Path)
	}
	found := 0
	for kind, root := range schemas(t) {
		spec := parsePath(t, "spec")
		root.at(spec).surfaces(spec, func(path tree.Path) {
			found++
			if !slices.Contains(rows[kind], path.String()) {
				t.Errorf("%s %s may hold a secret and is no row of the catalog", kind.Name, path)
			}
		})
	}
	if found != len(Surfaces()) {
		t.Errorf("the CRDs have %d surfaces, the catalog %d", found, len(Surfaces()))
	}
}

func (s *schema) isMapOfStrings() bool {
	return s.Type == "object" && s.AdditionalProperties != nil && s.AdditionalProperties.Type == "string"
}

// surfaces visits what looks like a surface below a schema.
func (s *schema) surfaces(path tree.Path, visit func(tree.Path)) {
	if s.isMapOfStrings() {
		visit(path)
	}
	last := path[len(path)-1].Key
	switch s.Type {
	case "array":
		if strings.HasPrefix(last, "container") && s.Items.Type == "string" {
			visit(path)
		}
		s.Items.surfaces(path.Child(tree.Any()), visit)
	case "string":
		if slices.Contains([]string{"content", "pipelineDefinition"}, last) {
			visit(path)
		}
	}
	names := s.Properties["name"] != nil || s.Properties["key"] != nil
	for name, property := range s.Properties {
		if name == "value" && names && property.Type == "string" && !hasFixedMeaning(path) {
			visit(path.Child(tree.Key(name)))
			continue
		}
		property.surfaces(path.Child(tree.Key(name)), visit)
	}
}

// hasFixedMeaning is about pairs of name and value that no program reads as its
// own: tags, and the prefixes and suffixes of S3's filters.
func hasFixedMeaning(path tree.Path) bool {
	text := strings.ToLower(path.String())
	return strings.Contains(text, "tag") || strings.Contains(text, "filterrules")
}

func TestSurfacesAreGroupedByKind(t *testing.T) {
	total := 0
	for _, kind := range KindsWithSurfaces() {
		surfaces := SurfacesOf(kind)
		total += len(surfaces)
		if len(surfaces) == 0 {
			t.Errorf("%s has no surfaces", kind.Name)
		}
	}
	if total != len(Surfaces()) {
		t.Errorf("%d surfaces belong to a kind, of %d", total, len(Surfaces()))
	}
}
