package tree

import (
	"os"
	"testing"
)

func TestParseObjectIsParseJSONWithoutManagedFields(t *testing.T) {
	data, err := os.ReadFile("testdata/trainingjob.json")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := ParseJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	object, err := ParseObject(data)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Get("metadata").Get("managedFields").Absent() || !object.Get("metadata").Get("managedFields").Absent() {
		t.Error("managedFields: want them in ParseJSON only")
	}
	for i := range whole.Len() {
		field := whole.At(i)
		if field.Key() != "metadata" && !Equal(field, object.Get(field.Key())) {
			t.Errorf("%s differs", field.Key())
		}
	}
}

func TestParseObjectFindsItsWayPastOddManagedFields(t *testing.T) {
	for _, managed := range []string{`[]`, `{}`, `null`, `1`, `"["`, `[{"a":"]}\"["}]`, `[[[{"x":[1,2]}]]]`} {
		n, err := ParseObject([]byte(`{"metadata":{"managedFields":` + managed + `,"name":"x"}}`))
		if err != nil {
			t.Errorf("%s: %v", managed, err)
			continue
		}
		if n.Get("metadata").Get("name").Str() != "x" {
			t.Errorf("%s: what follows is lost", managed)
		}
	}
	for _, bad := range []string{`{"metadata":{"managedFields":`, `{"metadata":{"managedFields":[`, `{"metadata":{"managedFields":["]}`, `{"metadata":{"managedFields":]}}`} {
		if _, err := ParseObject([]byte(bad)); err == nil {
			t.Errorf("%s: want an error", bad)
		}
	}
}
