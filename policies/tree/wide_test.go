package tree

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// A map with an index answers as one that is gone through from its end.
func TestGetFindsTheLastOfEqualNamesInMapsOfAnyWidth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, fields := range []int{0, 1, wide, wide + 1, 3 * wide, 5000} {
		want := map[string]string{}
		var b strings.Builder
		for i := range fields {
			name := fmt.Sprint(random.IntN(fields))
			want[name] = fmt.Sprint(i)
			fmt.Fprintf(&b, `,"%s":"%d"`, name, i)
		}
		root, err := ParseJSON([]byte("{" + strings.TrimPrefix(b.String(), ",") + "}"))
		if err != nil {
			t.Fatal(err)
		}
		keeper, err := NewProjection("[\"x\"]")
		if err != nil {
			t.Fatal(err)
		}
		whole := (*Projection)(nil)
		for name, n := range map[string]*Node{"parsed": root, "trimmed": whole.Trim(root), "emptied": keeper.Trim(root)} {
			if n.Text() != "" || n.Len() > fields {
				t.Errorf("%s, %d fields: the map has a text or %d members", name, fields, n.Len())
			}
			for i := range fields + 1 {
				name := fmt.Sprint(i)
				if found := n.Get(name).Str(); n.Len() > 0 && found != want[name] {
					t.Errorf("%d fields: %s is %q, want %q", fields, name, found, want[name])
				}
			}
		}
		if !Equal(root, whole.Trim(root)) {
			t.Errorf("%d fields: a copy is another", fields)
		}
	}
}

func TestWideMapsAreEqualInAnyOrder(t *testing.T) {
	var forth, back []string
	for i := range 3 * wide {
		forth = append(forth, fmt.Sprintf(`"a%d":%d`, i, i))
		back = append([]string{forth[i]}, back...)
	}
	a, err := ParseJSON([]byte("{" + strings.Join(forth, ",") + "}"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseJSON([]byte("{" + strings.Join(back, ",") + "}"))
	if err != nil {
		t.Fatal(err)
	}
	if !Equal(a, b) {
		t.Error("want equal")
	}
}
