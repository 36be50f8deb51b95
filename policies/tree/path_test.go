package tree

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePathReadsWhatPeopleWrite(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Path
	}{
		{"", nil},
		{"spec", Path{Key("spec")}},
		{"spec.kmsKeyID", Path{Key("spec"), Key("kmsKeyID")}},
		{"spec.list[0].name", Path{Key("spec"), Key("list"), Index(0), Key("name")}},
		{"spec.list[*].name", Path{Key("spec"), Key("list"), Any(), Key("name")}},
		{"a[1][2]", Path{Key("a"), Index(1), Index(2)}},
		{"[0].a", Path{Index(0), Key("a")}},
		{`metadata.annotations["services.k8s.aws/region"]`, Path{Key("metadata"), Key("annotations"), Key("services.k8s.aws/region")}},
		{`["a.b"].c`, Path{Key("a.b"), Key("c")}},
		{`a["*"]`, Path{Key("a"), Key("*")}},
		{`a["0"]`, Path{Key("a"), Key("0")}},
		{`a["]"].b`, Path{Key("a"), Key("]"), Key("b")}},
		{`a["\"\n\\"]`, Path{Key("a"), Key("\"\n\\")}},
		{`a[""]`, Path{Key("a"), Key("")}},
		{"a b.c", Path{Key("a b"), Key("c")}},
		{"straße.naïve", Path{Key("straße"), Key("naïve")}},
	} {
		got, err := ParsePath(tt.in)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("ParsePath(%q) = %v, %v; want %v", tt.in, got, err, tt.want)
		}
		again, err := ParsePath(got.String())
		if err != nil || !slices.Equal(again, got) {
			t.Errorf("ParsePath(%q) is written %q, which reads as %v, %v", tt.in, got, again, err)
		}
	}
}

func TestParsePathRefusesWhatIsNoPath(t *testing.T) {
	for in, want := range map[string]string{
		".":                         "empty field name",
		".a":                        "empty field name",
		"a.":                        "empty field name",
		"a..b":                      "empty field name",
		"a[":                        "missing ]",
		"a[0":                       "missing ]",
		"a[]":                       `bad index ""`,
		"a[-1]":                     `bad index "-1"`,
		"a[+1]":                     `bad index "+1"`,
		"a[-0]":                     `bad index "-0"`,
		"a[01]":                     `bad index "01"`,
		"a[x]":                      `bad index "x"`,
		"a['x']":                    `bad index "'x'"`,
		"a[`x`]":                    "bad index \"`x`\"",
		"a[**]":                     `bad index "**"`,
		"a[0]b":                     `want . or [ before "b"`,
		`a["x"`:                     `missing ] after "x"`,
		`a["x"y]`:                   `missing ] after "x"`,
		`a["x]`:                     `bad index "\"x"`,
		"a[9999999999999999999999]": `bad index "9999999999999999999999"`,
	} {
		path, err := ParsePath(in)
		if wanted := fmt.Sprintf("path %q: %s", in, want); err == nil || err.Error() != wanted {
			t.Errorf("ParsePath(%q) = %v, %v; want the error %s", in, path, err, wanted)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{
		"spec.list[0].name", `a["services.k8s.aws/region"][*]`, `["a b"].c`, `a[""]`, "a[0]b", "a..b", "a[", "\xff", `a["\xff"]`, "a[\"\uFFFD\"].\uFFFD", "a\x00b", "[*][*]", "a'b`c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		path, err := ParsePath(s)
		if err != nil {
			return
		}
		text := path.String()
		again, err := ParsePath(text)
		if err != nil || !slices.Equal(again, path) {
			t.Fatalf("ParsePath(%q) is written %q, which reads as %v, %v", s, text, again, err)
		}
		if again.String() != text {
			t.Fatalf("%q is written %q the second time", text, again)
		}
	})
}

func TestMustPathPanicsOnABadPath(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("MustPath accepts a..b")
		}
	}()
	MustPath("a..b")
}

func TestPointerFollowsRFC6901(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"spec.list[3].name":            "/spec/list/3/name",
		`a["services.k8s.aws/region"]`: "/a/services.k8s.aws~1region",
		`a["~1"]`:                      "/a/~01",
		`a[""]`:                        "/a/",
	} {
		if got := MustPath(in).Pointer(); got != want {
			t.Errorf("%q as a pointer is %q, want %q", in, got, want)
		}
	}
}

func TestPatternReplacesIndicesOnly(t *testing.T) {
	p := MustPath(`a[1]["2"].b[3]`)
	if got, want := p.Pattern(), MustPath(`a[*]["2"].b[*]`); !slices.Equal(got, want) {
		t.Errorf("pattern of %s is %s, want %s", p, got, want)
	}
	if p.String() != `a[1].2.b[3]` {
		t.Errorf("Pattern changed the path to %s", p)
	}
}

func TestChildNeverChangesItsParent(t *testing.T) {
	parent := append(make(Path, 0, 8), Key("a"))
	one, two := parent.Child(Key("b")), parent.Child(Key("c"), Index(0))
	if one.String() != "a.b" || two.String() != "a.c[0]" || parent.String() != "a" {
		t.Errorf("children %s and %s of %s", one, two, parent)
	}
}

func TestBindFollowsAConcretePathAsFarAsBothRunTogether(t *testing.T) {
	for _, tt := range []struct{ pattern, concrete, want string }{
		{"spec.a[*].type", "spec.a[2].key", "spec.a[2].type"},
		{"spec.a[*].b[*].type", "spec.a[2].b[1].key", "spec.a[2].b[1].type"},
		{"spec.a[*].b[*].type", "spec.a[2].c[1].key", "spec.a[2].b[*].type"},
		{"spec.a[*].type", "spec.b[2].key", "spec.a[*].type"},
		{"spec.a[*].type", "spec.key", "spec.a[*].type"},
		{"spec.a[*].type", "spec", "spec.a[*].type"},
		{"spec.a[*].type", "", "spec.a[*].type"},
		{"spec.type", "spec.a[1].key", "spec.type"},
		{"spec.a[*]", "spec.a.b", "spec.a[*]"}, // a field is no index
		{"spec.a[1].b[*]", "spec.a[2].b[3]", "spec.a[1].b[*]"},
		{"a[*][*]", "a[1][2]", "a[1][2]"},
		{"", "spec", ""},
	} {
		pattern := MustPath(tt.pattern)
		if got := pattern.Bind(MustPath(tt.concrete)).String(); got != tt.want {
			t.Errorf("%s bound to %s is %s, want %s", tt.pattern, tt.concrete, got, tt.want)
		}
		if pattern.String() != tt.pattern {
			t.Errorf("Bind changed the pattern %s to %s", tt.pattern, pattern)
		}
	}
}

func TestWalkVisitsEveryPlaceThatThePatternNames(t *testing.T) {
	const object = `{
		"spec": {
			"key": "k", "empty": "", "nothing": null, "map": {}, "text": "t", "number": 1,
			"list": [{"key": "a"}, {}, null, {"key": null}, "text", [], {"key": "b", "in": [{"key": "x"}, {"key": ""}]}],
			"none": []
		}
	}`
	for _, tt := range []struct {
		pattern string
		anchor  int
		want    []string // "path value", value nil if absent
	}{
		{"spec.key", 1, []string{`spec.key k`}},
		{"spec.empty", 1, []string{`spec.empty `}},
		{"spec.nothing", 1, []string{`spec.nothing null`}},
		{"spec.nothing", 2, nil},
		{"spec.absent", 1, []string{"spec.absent nil"}},
		{"spec.absent", 2, nil},
		{"spec.map.key", 2, []string{"spec.map.key nil"}},
		{"spec.absent.key", 1, []string{"spec.absent.key nil"}},
		{"spec.absent.key", 2, nil},
		{"spec.nothing.key", 1, []string{"spec.nothing.key nil"}},
		{"spec.nothing.key", 2, nil},
		{"status.key", 0, []string{"status.key nil"}},
		{"status.key", 1, nil},
		// A value of another kind stands in the way.
		{"spec.text.key", 1, nil},
		{"spec.text.key", 0, nil},
		{"spec.number.key", 1, nil},
		{"spec.list.key", 1, nil},
		{"spec.key[*]", 1, nil},
		{"spec.map[*]", 1, nil},
		{"spec.map[0]", 1, nil},
		{"spec.list[*].key", 3, []string{
			"spec.list[0].key a", "spec.list[1].key nil", "spec.list[3].key null", "spec.list[6].key b",
		}},
		{"spec.list[*].key", 2, []string{
			"spec.list[0].key a", "spec.list[1].key nil", "spec.list[2].key nil", "spec.list[3].key null", "spec.list[6].key b",
		}},
		{"spec.list[6].key", 3, []string{"spec.list[6].key b"}},
		{"spec.list[7].key", 3, nil},
		{"spec.list[7].key", 2, []string{"spec.list[7].key nil"}},
		{"spec.list[*].in[*].key", 5, []string{"spec.list[6].in[0].key x", "spec.list[6].in[1].key "}},
		{"spec.none[*].key", 1, nil},
		{"spec.absent[*].key", 1, nil},
		{"", 0, []string{" object"}},
	} {
		root, err := ParseJSON([]byte(object))
		if err != nil {
			t.Fatal(err)
		}
		pattern := MustPath(tt.pattern)
		var got []string
		pattern.Walk(root, tt.anchor, func(p Path, n *Node) {
			value := n.Text()
			switch {
			case n == nil:
				value = "nil"
			case n.Kind() != String:
				value = n.Kind().String()
			}
			if found := root.Find(p); found != n {
				t.Errorf("%s: visited at %s what Find does not find there", tt.pattern, p)
			}
			got = append(got, p.String()+" "+value)
		})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s with anchor %d (-want +got):\n%s", tt.pattern, tt.anchor, diff)
		}
		if pattern.String() != tt.pattern {
			t.Errorf("Walk changed the pattern %s to %s", tt.pattern, pattern)
		}
	}
}

func TestWalkOfNothingVisitsWhatNeedNotExist(t *testing.T) {
	visits := 0
	MustPath("spec.key").Walk(nil, 0, func(_ Path, n *Node) {
		visits++
		if n != nil {
			t.Error("a nil root has a value")
		}
	})
	MustPath("spec.key").Walk(nil, 1, func(Path, *Node) { t.Error("visited what must exist") })
	if visits != 1 {
		t.Errorf("%d visits, want 1", visits)
	}
}
