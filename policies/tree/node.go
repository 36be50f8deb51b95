// Package tree holds a Kubernetes object as a read-only tree with positions.
//
// Policies read a handful of fields out of objects that have hundreds. A tree
// of small nodes that share the text of their source costs a fraction of a
// map[string]any, keeps the order of fields, and remembers the line and column
// that a finding in a file must name.
package tree

// Kind says what a Node holds.
type Kind uint8

// The kinds of JSON values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Map
	List
)

// String names the kind as users know it from JSON schema messages.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "object", "array"}[k]
}

// Node is one value: a scalar, a map or a list. The zero Node is null. All
// methods accept a nil receiver, which stands for a field that is absent.
type Node struct {
	key      string
	text     string // of a scalar; of a wide map its index
	children []Node
	line     int32
	column   int32
	kind     Kind
	escaped  bool // text still has JSON's escapes
}

// Kind is the kind of the value; Null for an absent one.
func (n *Node) Kind() Kind {
	if n == nil {
		return Null
	}
	return n.kind
}

// Key is the name of the field that holds this value, "" in lists and at the root.
func (n *Node) Key() string {
	if n == nil {
		return ""
	}
	return n.key
}

// Text is a string's value or the literal of a number or boolean, else "".
func (n *Node) Text() string {
	if n == nil || n.kind == Map {
		return ""
	}
	if n.escaped {
		return unquote(n.text)
	}
	return n.text
}

// Str is the value of a string, and "" for every other kind.
func (n *Node) Str() string {
	if n == nil || n.kind != String {
		return ""
	}
	return n.Text()
}

// True reports whether the value is the boolean true.
func (n *Node) True() bool { return n != nil && n.kind == Bool && n.text == "true" }

// Missing reports whether the value is absent, null or the empty string: the three
// are the same to a policy, because ACK's late initialisation and the AWS APIs treat
// "" as no key (SageMaker's KmsKeyId shape has a minimum length of 0).
func (n *Node) Missing() bool {
	return n == nil || n.kind == Null || n.kind == String && n.text == ""
}

// Absent reports whether the value is absent or null.
func (n *Node) Absent() bool { return n == nil || n.kind == Null }

// Empty reports whether the value is missing or a map or list without members.
func (n *Node) Empty() bool {
	return n.Missing() || (n.kind == Map || n.kind == List) && len(n.children) == 0
}

// Position is the value's line and column in its file, from 1; 0, 0 if the
// source has no lines that a person would look at (an admission request).
func (n *Node) Position() (line, column int) {
	if n == nil {
		return 0, 0
	}
	return int(n.line), int(n.column)
}

// Len is the number of members of a map or list.
func (n *Node) Len() int {
	if n == nil {
		return 0
	}
	return len(n.children)
}

// At is member i of a map or list in source order, nil if out of range.
func (n *Node) At(i int) *Node {
	if n == nil || i < 0 || i >= len(n.children) {
		return nil
	}
	return &n.children[i]
}

// Get is the value of a map's field, nil if absent. Of duplicate fields the
// last one counts, as in encoding/json.
func (n *Node) Get(key string) *Node {
	if n == nil || n.kind != Map {
		return nil
	}
	if n.text != "" {
		return n.lookUp(key)
	}
	for i := len(n.children) - 1; i >= 0; i-- {
		if n.children[i].key == key {
			return &n.children[i]
		}
	}
	return nil
}

// Find follows a concrete path from n, nil if a step is absent.
func (n *Node) Find(path Path) *Node {
	for _, s := range path {
		if n = n.step(s); n == nil {
			return nil
		}
	}
	return n
}

// Nearest follows a path as far as it exists and returns the last value on it
// and how many steps led there. It is where a message points when the field
// itself is missing.
func (n *Node) Nearest(path Path) (node *Node, steps int) {
	for i, s := range path {
		next := n.step(s)
		if next == nil {
			return n, i
		}
		n = next
	}
	return n, len(path)
}

func (n *Node) step(s Step) *Node {
	if s.IsKey() {
		return n.Get(s.Key)
	}
	if n.Kind() != List {
		return nil
	}
	return n.At(s.Index)
}

// Equal reports whether two values are the same to a JSON reader that does
// not care for the order of fields. Where a map has a field twice, it may
// find a difference that no reader would see, never the other way round.
func Equal(a, b *Node) bool {
	if a.Kind() != b.Kind() || a.Len() != b.Len() || !sameText(a, b) {
		return false
	}
	if !sameOrder(a, b) {
		return equalFields(a.fields(), b.fields())
	}
	for i := range a.Len() {
		if !Equal(&a.children[i], &b.children[i]) {
			return false
		}
	}
	return true
}

func sameText(a, b *Node) bool {
	if a != nil && b != nil && a.escaped == b.escaped && a.text == b.text {
		return true
	}
	return a.Text() == b.Text()
}

// sameOrder reports whether two maps have the same fields at the same
// places, which is the rule; it holds for all lists of the same length.
func sameOrder(a, b *Node) bool {
	for i := range a.Len() {
		if a.children[i].key != b.children[i].key {
			return false
		}
	}
	return true
}

func equalFields(a, b map[string]*Node) bool {
	if len(a) != len(b) {
		return false
	}
	for key, child := range a {
		if other, ok := b[key]; !ok || !Equal(child, other) {
			return false
		}
	}
	return true
}

// fields indexes a map; of duplicate fields the last one counts.
func (n *Node) fields() map[string]*Node {
	out := make(map[string]*Node, len(n.children))
	for i := range n.children {
		out[n.children[i].key] = &n.children[i]
	}
	return out
}
