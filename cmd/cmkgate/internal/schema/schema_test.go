package schema

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// find follows a path from the spec's type, nil if there is no such field.
func find(t *Type, path tree.Path) *Type {
	for _, step := range path {
		switch {
		case t == nil:
			return nil
		case step.IsKey():
			t = t.Fields[step.Key]
		default:
			t = t.Items
		}
	}
	return t
}

func TestTheTableHasEveryKindAndEveryKeyField(t *testing.T) {
	s := New()
	if n := len(s.Kinds()); n != 27 {
		t.Errorf("%d kinds, want 26 of SageMaker and 1 of S3", n)
	}
	for _, kind := range s.Kinds() {
		if spec := s.Spec(kind); len(spec.Fields) == 0 {
			t.Errorf("%s has no fields", kind.Name)
		}
	}
	for _, f := range catalog.Fields() {
		if got := find(s.Spec(f.Kind), tree.MustPath(f.Path)[1:]); got == nil || got.Kind != tree.String {
			t.Errorf("%s %s: got %+v, want a string", f.Kind.Name, f.Path, got)
		}
	}
	if s.Spec(catalog.Kind{Group: catalog.S3, Name: "Model"}) != nil {
		t.Error("S3 has no models")
	}
}

func TestTypesAreDecoded(t *testing.T) {
	root := decode(" a! []object\n  b! integer\n  c map\n d []string\n e date-time\n f number\n g boolean\n h object\n")
	for path, want := range map[string]Type{
		"a":      {Kind: tree.List},
		"a[0]":   {Kind: tree.Map},
		"a[0].b": {Kind: tree.Number, Integer: true},
		"a[0].c": {Kind: tree.Map},
		"d[0]":   {Kind: tree.String},
		"e":      {Kind: tree.String, Date: true},
		"f":      {Kind: tree.Number},
		"g":      {Kind: tree.Bool},
		"h":      {Kind: tree.Map},
	} {
		got := find(root, tree.MustPath(path))
		if got == nil || got.Kind != want.Kind || got.Integer != want.Integer || got.Date != want.Date {
			t.Errorf("%s: got %+v, want %+v", path, got, want)
		}
	}
	if got := root.Required; len(got) != 1 || got[0] != "a" {
		t.Errorf("required: %v", got)
	}
	if got := find(root, tree.MustPath("a[0]")).Required; len(got) != 1 || got[0] != "b" {
		t.Errorf("required below: %v", got)
	}
}

// When the modules are newer, what stands in the table must not stand here too.
func TestLaterFieldsAreNotInTheTable(t *testing.T) {
	s := New()
	for kind, paths := range laterFields {
		for _, path := range paths {
			if find(s.Spec(kind), tree.MustPath(path)[1:]) != nil {
				t.Errorf("%s has %s by now", kind.Name, path)
			}
		}
	}
}

func TestOtherNamesAreOfFieldsThatThereAre(t *testing.T) {
	spec := New().Spec(catalog.Kind{Group: catalog.S3, Name: "Bucket"})
	for other, name := range otherNames {
		if spec.Fields[name] == nil || folded(other) != other {
			t.Errorf("%s: %s", other, name)
		}
	}
}
