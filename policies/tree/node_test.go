package tree

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

func parse(tb testing.TB, s string) *Node {
	tb.Helper()
	n, err := ParseJSON([]byte(s))
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestNilNodeIsAnAbsentField(t *testing.T) {
	var n *Node
	line, column := n.Position()
	if n.Kind() != Null || n.Key() != "" || n.Text() != "" || n.Str() != "" || n.True() || n.Len() != 0 || line != 0 || column != 0 {
		t.Error("a nil node has a value")
	}
	if !n.Missing() || !n.Absent() || !n.Empty() {
		t.Error("a nil node is there")
	}
	if n.Get("a") != nil || n.At(0) != nil || n.Find(MustPath("a[0].b")) != nil {
		t.Error("a nil node has members")
	}
}

func TestMissingAbsentAndEmptyTellApartWhatPoliciesTellApart(t *testing.T) {
	for _, tt := range []struct {
		value                  string
		missing, absent, empty bool
	}{
		{`null`, true, true, true},
		{`""`, true, false, true},
		{`" "`, false, false, false},
		{`"\u0000"`, false, false, false},
		{`{}`, false, false, true},
		{`[]`, false, false, true},
		{`{"a":null}`, false, false, false},
		{`[null]`, false, false, false},
		{`false`, false, false, false},
		{`0`, false, false, false},
	} {
		n := parse(t, tt.value)
		if n.Missing() != tt.missing || n.Absent() != tt.absent || n.Empty() != tt.empty {
			t.Errorf("%s: missing %v, absent %v, empty %v", tt.value, n.Missing(), n.Absent(), n.Empty())
		}
	}
}

func TestTextAndStrOfEveryKind(t *testing.T) {
	for value, want := range map[string][2]string{
		`null`:         {"", ""},
		`true`:         {"true", ""},
		`-1.50e3`:      {"-1.50e3", ""},
		`"true"`:       {"true", "true"},
		`"a\tb\u0041"`: {"a\tbA", "a\tbA"},
		`{"a":1}`:      {"", ""},
		`["a"]`:        {"", ""},
	} {
		n := parse(t, value)
		if n.Text() != want[0] || n.Str() != want[1] {
			t.Errorf("%s: text %q, string %q", value, n.Text(), n.Str())
		}
	}
	if parse(t, `"true"`).True() || parse(t, `1`).True() || parse(t, `false`).True() || !parse(t, `true`).True() {
		t.Error("only the boolean true is true")
	}
}

func TestGetTakesTheLastOfDuplicateFields(t *testing.T) {
	n := parse(t, `{"key":"good","\u006bey":"bad"}`)
	if got := n.Get("key").Str(); got != "bad" {
		t.Errorf("Get = %q; encoding/json takes the last one", got)
	}
	if parse(t, `["key"]`).Get("key") != nil || parse(t, `"key"`).Get("key") != nil {
		t.Error("only maps have fields")
	}
}

func TestAtIsNilOutOfRange(t *testing.T) {
	n := parse(t, `[1,2]`)
	if n.At(-1) != nil || n.At(2) != nil || n.At(1).Text() != "2" {
		t.Error("At")
	}
}

func TestNearestIsTheLastValueOnThePath(t *testing.T) {
	root := parse(t, `{"spec":{"list":[{"a":null}]}}`)
	for path, want := range map[string]int{
		"": 0, "spec": 1, "status.x": 0, "spec.b.c": 1, "spec.list[0].a": 4, "spec.list[0].b": 3, "spec.list[1].a": 2, "spec.list[0].a.b": 4, "spec[0]": 1,
	} {
		p := MustPath(path)
		node, steps := root.Nearest(p)
		if steps != want || node != root.Find(p[:want]) {
			t.Errorf("nearest to %q is %d steps away, want %d", path, steps, want)
		}
	}
}

func TestEqualIsAJSONReadersEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`1`, `1`, true},
		{`1`, `"1"`, false},
		{`true`, `"true"`, false},
		{`null`, `""`, false},
		{`{}`, `[]`, false},
		{`"a/b"`, `"a\/b"`, true},
		{`"\u0061\n"`, `"a\u000a"`, true},
		{`"\\n"`, `"\n"`, false},
		{`[1,2]`, `[2,1]`, false},
		{`[1]`, `[1,1]`, false},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, true},
		{`{"a":1,"b":2}`, `{"b":1,"a":2}`, false},
		{`{"a":1}`, `{"a":null}`, false},
		{`{"a":null}`, `{"b":null}`, false},
		{`{"a":{"x":1,"y":[{"p":1,"q":2}]},"b":0}`, `{"b":0,"a":{"y":[{"q":2,"p":1}],"x":1}}`, true},
		{`{"a":{"x":1,"y":[{"p":1,"q":2}]},"b":0}`, `{"b":0,"a":{"y":[{"q":2,"p":2}],"x":1}}`, false},
		{`{"a":1,"a":1}`, `{"a":1,"b":1}`, false},
		{`{"a":1,"b":1}`, `{"a":1,"a":1}`, false},
		{`{"a":1,"a":2}`, `{"a":1,"a":2}`, true},
		{`{"a":2,"b":1,"a":3}`, `{"b":1,"a":2,"a":3}`, true},
		{`{"a":2,"b":1,"a":3}`, `{"b":1,"a":3,"a":2}`, false},
	} {
		a, b := parse(t, tt.a), parse(t, tt.b)
		if got := Equal(a, b); got != tt.want {
			t.Errorf("Equal(%s, %s) = %v", tt.a, tt.b, got)
		}
		if got := Equal(b, a); got != tt.want {
			t.Errorf("Equal(%s, %s) = %v", tt.b, tt.a, got)
		}
	}
	if !Equal(nil, nil) || !Equal(nil, &Node{}) || Equal(nil, parse(t, `{}`)) {
		t.Error("nil is null and nothing else")
	}
}

// A comparison that looked at a subtree twice a level would not end here, nor
// would one that looks every field of a wide map up.
func TestEqualIsLinear(t *testing.T) {
	const depth = 5000
	a := strings.Repeat(`{"in":`, depth) + `1` + strings.Repeat(`,"x":1,"y":2}`, depth)
	b := strings.Repeat(`{"in":`, depth) + `1` + strings.Repeat(`,"y":2,"x":1}`, depth)
	if !Equal(parse(t, a), parse(t, b)) {
		t.Error("deep maps in another order differ")
	}
	var up, down strings.Builder
	const width = 200_000
	for i := range width {
		fmt.Fprintf(&up, `,"f%d":0`, i)
		fmt.Fprintf(&down, `,"f%d":0`, width-1-i)
	}
	if !Equal(parse(t, "{"+up.String()[1:]+"}"), parse(t, "{"+down.String()[1:]+"}")) {
		t.Error("wide maps in another order differ")
	}
}

func TestFromValueTakesWhatDecodersAndUnstructuredHold(t *testing.T) {
	n := FromValue(map[string]any{
		"b": []any{nil, true, false, "s", int64(-3), uint64(7), 8, 1.5, 1e6, 1e300, json.Number("1.0")},
		"a": map[string]any{},
	})
	want := parse(t, `{"a":{},"b":[null,true,false,"s",-3,7,8,1.5,1000000,1e+300,1.0]}`)
	if !Equal(n, want) {
		t.Errorf("got %v", plain(n))
	}
	if n.At(0).Key() != "a" || n.At(1).Key() != "b" {
		t.Error("fields are not sorted")
	}
	for _, odd := range []any{math.Inf(1), struct{}{}, []string{"a"}} {
		if got := FromValue(odd); got.Kind() != String {
			t.Errorf("%v is a value of kind %s", odd, got.Kind())
		}
	}
}

func TestKindsAreNamedAsInJSONSchema(t *testing.T) {
	for kind, want := range map[Kind]string{Null: "null", Bool: "boolean", Number: "number", String: "string", Map: "object", List: "array"} {
		if kind.String() != want {
			t.Errorf("%s, want %s", kind, want)
		}
	}
}
