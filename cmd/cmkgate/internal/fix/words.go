package fix

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// done describes the edits of an object.
func done(root *tree.Node, edits []policies.Edit) string {
	if len(edits) == 2 && edits[1].Value == nil && root.Find(edits[1].Path).Str() == edits[0].Value {
		return "renamed to " + edits[0].Path.String() + "."
	}
	parts := make([]string, len(edits))
	for i, e := range edits {
		place := ""
		if len(edits) > 1 {
			place = e.Path.String() + " "
		}
		was := ""
		if n := root.Find(e.Path); !n.Missing() && e.Within == nil {
			was = ", was " + quoted(n)
		}
		switch e.Value {
		case nil:
			parts[i] = place + "removed" + was
		default:
			parts[i] = place + "set to " + fmt.Sprint(e.Value) + was
		}
	}
	return strings.Join(parts, "; ") + "."
}

func quoted(n *tree.Node) string {
	const limit = 120
	if n.Kind() != tree.String {
		return "of type " + n.Kind().String()
	}
	if text := n.Text(); len(text) > limit {
		return strconv.Quote(strings.ToValidUTF8(text[:limit], "") + "…")
	}
	return strconv.Quote(n.Text())
}
