package catalog

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// companion is a path of a companion row with the types that the CRD may give it.
type companion struct {
	kind  Kind
	path  string
	types []string
}

func companions() []companion {
	var out []companion
	for _, n := range Networks() {
		out = append(out, companion{n.Kind, n.Path, []string{"object"}}, companion{n.Kind, n.Under, []string{"object"}})
		for _, need := range n.Needs {
			types := []string{"string", "array"}
			if need.Value != "" {
				types = types[:1]
			}
			out = append(out, companion{n.Kind, n.Path + "." + need.Field, types})
		}
		if n.OnlyWithout != "" {
			out = append(out, companion{n.Kind, n.OnlyWithout, []string{"string"}})
		}
	}
	for _, t := range TrafficFields() {
		out = append(out, companion{t.Kind, t.Path, []string{"boolean"}}, companion{t.Kind, t.Under, []string{"object"}})
		for _, instances := range t.Instances {
			out = append(out, companion{t.Kind, instances, []string{"integer"}})
		}
	}
	return out
}

func TestEveryCompanionExistsInTheCRDs(t *testing.T) {
	crds := schemas(t)
	for _, c := range companions() {
		if s := crds[c.kind].at(parsePath(t, c.path)); s == nil || !slices.Contains(c.types, s.Type) {
			t.Errorf("%s %s: want a field that is one of %v, the CRD has %+v", c.kind.Name, c.path, c.types, s)
		}
	}
}

func TestEveryCompanionExistsInTheGoTypes(t *testing.T) {
	types := goTypes(t)
	kinds := map[string]reflect.Kind{"string": reflect.String, "boolean": reflect.Bool, "object": reflect.Struct, "array": reflect.Slice, "integer": reflect.Int64}
	for _, c := range companions() {
		got := goField(types[c.kind], parsePath(t, c.path))
		if got == nil || !slices.ContainsFunc(c.types, func(name string) bool { return kinds[name] == got.Kind() }) {
			t.Errorf("%s %s: want a field that is one of %v, ACK has %v", c.kind.Name, c.path, c.types, got)
		}
	}
}

// Every place of the CRDs where a VPC or the encryption of traffic is said is a row.
func TestEveryNetworkFieldOfTheCRDsIsARow(t *testing.T) {
	rows := map[Kind][]string{}
	for _, n := range Networks() {
		rows[n.Kind] = append(rows[n.Kind], n.Reads()...)
	}
	for _, row := range TrafficFields() {
		rows[row.Kind] = append(rows[row.Kind], row.Path)
	}
	looksLike := []string{".vpcConfig.", ".enableInterContainerTrafficEncryption", "spec.subnetID", "spec.directInternetAccess", "spec.appNetworkAccessType"}
	found := map[string]int{}
	for kind, root := range schemas(t) {
		spec := parsePath(t, "spec")
		root.at(spec).leaves(spec, func(path tree.Path, _ *schema) {
			text := strings.TrimSuffix(path.String(), "[*]")
			for _, name := range looksLike {
				if !strings.Contains(text, name) || kind.Name == "Domain" && text == "spec.subnetIDs" {
					continue
				}
				found[name]++
				if !slices.Contains(rows[kind], text) {
					t.Errorf("%s %s is no row", kind.Name, text)
				}
			}
		})
	}
	want := map[string]int{".vpcConfig.": 24, ".enableInterContainerTrafficEncryption": 9, "spec.subnetID": 1, "spec.directInternetAccess": 1, "spec.appNetworkAccessType": 1}
	if !maps.Equal(found, want) {
		t.Errorf("the CRDs have %v, want %v", found, want)
	}
}

func TestNeedsAreComplete(t *testing.T) {
	for _, n := range Networks() {
		for _, need := range n.Needs {
			if (need.Value == "") == (need.Example == "") {
				t.Errorf("%s %s.%s: want a value that is good, or an example of one", n.Kind.Name, n.Path, need.Field)
			}
			if need.Consequence == "" || strings.HasSuffix(need.Consequence, ".") {
				t.Errorf("%s %s.%s: otherwise %q", n.Kind.Name, n.Path, need.Field, need.Consequence)
			}
		}
	}
}
