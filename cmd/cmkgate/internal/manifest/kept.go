package manifest

import (
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// kept is an object that others may look up, in a fifth of the memory: of many
// such objects few are ever asked for.
type kept struct {
	kind            *catalog.Kind
	nameInAWS       string
	namespace, name string
	// text is the object as JSON; it shares no memory with the document.
	text string
	// root is set where the text would not say the same.
	root *tree.Node
	// standing is set for what is in a cluster.
	standing ack.Standing
	live     bool
}

func keep(l *lookup, o *policies.Object) *kept {
	root := l.keep.Trim(o.Root)
	k := &kept{
		kind: &l.kind, nameInAWS: strings.Clone(o.Root.Find(l.name).Str()),
		namespace: strings.Clone(o.Namespace), name: strings.Clone(o.Name), text: string(appendJSON(nil, root)),
	}
	if again, err := tree.ParseJSON([]byte(k.text)); err != nil || !tree.Equal(again, root) {
		k.text, k.root = "", root
	}
	return k
}

func (k *kept) object() policies.Object {
	root := k.root
	if root == nil {
		root, _ = tree.ParseJSON([]byte(k.text)) // keep has tried it
	}
	return policies.Object{
		Group: k.kind.Group, Kind: k.kind.Name, Namespace: k.namespace, Name: k.name,
		Root: root, Planned: !k.live, Standing: k.standing,
	}
}

func appendJSON(out []byte, n *tree.Node) []byte {
	switch n.Kind() {
	case tree.Map:
		out = append(out, '{')
		for i := range n.Len() {
			out = appendText(appendComma(out, i), n.At(i).Key())
			out = appendJSON(append(out, ':'), n.At(i))
		}
		return append(out, '}')
	case tree.List:
		out = append(out, '[')
		for i := range n.Len() {
			out = appendJSON(appendComma(out, i), n.At(i))
		}
		return append(out, ']')
	case tree.String:
		return appendText(out, n.Text())
	case tree.Null:
		return append(out, "null"...)
	default:
		return append(out, n.Text()...)
	}
}

func appendComma(out []byte, i int) []byte {
	if i > 0 {
		return append(out, ',')
	}
	return out
}

// appendText escapes no more than JSON asks for.
func appendText(out []byte, text string) []byte {
	out = append(out, '"')
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < ' ':
			out = append(out, `\u00`...)
			out = append(out, strconv.FormatUint(uint64(c)|0x100, 16)[1:]...)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
