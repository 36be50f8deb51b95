package tree

import (
	"fmt"
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

// What leaves managedFields out must leave nothing else out, and check the rest.
func TestParseObjectLeavesNothingElseOut(t *testing.T) {
	for _, object := range []string{
		`{"spec":{"managedFields":[1],"":[2]}}`, `{"managedFields":[1]}`, `{"a":{"metadata":{"managedFields":[1]}}}`, `{"metadata":[{"managedFields":[1]}]}`,
		`{"metadata":{"managedFields":null}}`, `{"metadata":{"managedFields":"x"}}`, `[{"metadata":{"managedFields":[1]}}]`, `[{"managedFields":[1]}]`,
		`{"metadata":{"annotations":{"managedFields":[1]}},"spec":{"managedFields":{"a":1}}}`, `{"metadata":{"":[1]}}`,
	} {
		got, err := ParseObject([]byte(object))
		if err != nil || !Equal(got, parse(t, object)) {
			t.Errorf("%s is %v, %v", object, plain(got), err)
		}
	}
}

func FuzzParseObject(f *testing.F) {
	for _, s := range hostileJSON() {
		if len(s) < 1000 {
			f.Add([]byte(s))
		}
	}
	f.Add([]byte(`{"metadata":{"name":"x","managedFields":[{"f:metadata":{"]":"}"}}]},"spec":{"managedFields":[1]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		want, err := ParseJSON(data)
		if err != nil {
			return // what stands in managedFields is not checked
		}
		got, err := ParseObject(data)
		if err != nil {
			t.Fatalf("ParseObject(%q): %v", data, err)
		}
		if without(want, true) != without(got, true) {
			t.Fatalf("ParseObject(%q) is %s", data, without(got, true))
		}
	})
}

// without writes a tree without metadata.managedFields.
func without(n *Node, root bool) string {
	out := n.Kind().String() + fmt.Sprintf("%q", n.Text())
	for i := range n.Len() {
		child := n.At(i)
		out += fmt.Sprintf(" %q(", child.Key())
		if root && child.Key() == "metadata" && child.Kind() == Map {
			for j := range child.Len() {
				if field := child.At(j); field.Key() != "managedFields" {
					out += fmt.Sprintf(" %q(%s)", field.Key(), without(field, false))
				}
			}
		} else {
			out += without(child, false)
		}
		out += ")"
	}
	return out
}
