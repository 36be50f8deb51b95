package tree

import "strings"

// Projection names the parts of an object that are worth keeping in a cache.
type Projection struct {
	// fields are the members that are kept; without any, all of them are.
	fields map[string]*Projection
	// elements is what is kept of each element of a list.
	elements *Projection
	// shorten makes a text smaller before it is kept.
	shorten func(string) string
	// name is the field's, shared by all that is kept.
	name string
}

// NewProjection keeps the values at the patterns, whole, and what leads to them.
func NewProjection(patterns ...string) (*Projection, error) {
	root := &Projection{}
	for _, pattern := range patterns {
		path, err := ParsePath(pattern)
		if err != nil {
			return nil, err
		}
		root.add(path)
	}
	return root, nil
}

// Shorten keeps of the text at a pattern what the function makes of it.
func (k *Projection) Shorten(pattern string, by func(string) string) error {
	path, err := ParsePath(pattern)
	if err == nil {
		k.add(path).shorten = by
	}
	return err
}

func (k *Projection) add(path Path) *Projection {
	for _, step := range path {
		k = k.member(step)
	}
	return k
}

func (k *Projection) member(step Step) *Projection {
	if !step.IsKey() {
		if k.elements == nil {
			k.elements = &Projection{}
		}
		return k.elements
	}
	if k.fields == nil {
		k.fields = map[string]*Projection{}
	}
	if k.fields[step.Key] == nil {
		k.fields[step.Key] = &Projection{name: step.Key}
	}
	return k.fields[step.Key]
}

// Trim is a copy that holds only what is kept and shares no memory with the
// source. Lists keep their length, so that indices stay what they are.
func (k *Projection) Trim(n *Node) *Node {
	if n == nil {
		return nil
	}
	out := k.trim(n)
	return &out
}

func (k *Projection) trim(n *Node) Node {
	out := Node{escaped: n.escaped, kind: n.kind, line: n.line, column: n.column}
	if n.kind != Map {
		out.text = strings.Clone(n.text)
	}
	if k == nil || k.name != n.key {
		out.key = strings.Clone(n.key)
	} else {
		out.key = k.name
	}
	if k != nil && k.shorten != nil && n.kind == String {
		out.text, out.escaped = strings.Clone(k.shorten(n.Text())), false
	}
	count := 0
	for i := range n.children {
		if _, keep := k.keeps(n, i); keep {
			count++
		}
	}
	if count == 0 {
		return out
	}
	members := make([]Node, 0, count)
	for i := range n.children {
		if member, keep := k.keeps(n, i); keep {
			members = append(members, member.trim(&n.children[i]))
		}
	}
	out.hold(members)
	return out
}

// keeps reports whether a member of n is kept, and what of it: all where the Projection is nil.
func (k *Projection) keeps(n *Node, i int) (*Projection, bool) {
	switch {
	case k == nil || k.fields == nil && k.elements == nil:
		return nil, true
	case n.kind == List:
		return k.elements, true
	}
	member := k.fields[n.children[i].key]
	return member, member != nil
}
