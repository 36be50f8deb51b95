package tree

import "strings"

// Keeper names the parts of an object that are worth keeping in a cache.
type Keeper struct {
	// fields are the members that are kept; without any, all of them are.
	fields map[string]*Keeper
	// elements is what is kept of each element of a list.
	elements *Keeper
}

// NewKeeper keeps the values at the patterns, whole, and what leads to them.
func NewKeeper(patterns ...string) (*Keeper, error) {
	root := &Keeper{}
	for _, pattern := range patterns {
		path, err := ParsePath(pattern)
		if err != nil {
			return nil, err
		}
		root.add(path)
	}
	return root, nil
}

func (k *Keeper) add(path Path) {
	for _, step := range path {
		k = k.member(step)
	}
}

func (k *Keeper) member(step Step) *Keeper {
	if !step.IsKey() {
		if k.elements == nil {
			k.elements = &Keeper{}
		}
		return k.elements
	}
	if k.fields == nil {
		k.fields = map[string]*Keeper{}
	}
	if k.fields[step.Key] == nil {
		k.fields[step.Key] = &Keeper{}
	}
	return k.fields[step.Key]
}

// Trim is a copy that holds only what is kept and shares no memory with the
// source. Lists keep their length, so that indices stay what they are.
func (k *Keeper) Trim(n *Node) *Node {
	if n == nil {
		return nil
	}
	out := k.trim(n)
	return &out
}

func (k *Keeper) trim(n *Node) Node {
	out := Node{key: strings.Clone(n.key), text: strings.Clone(n.text), escaped: n.escaped, kind: n.kind, line: n.line, column: n.column}
	whole := k == nil || k.fields == nil && k.elements == nil
	for i := range n.children {
		child := &n.children[i]
		switch {
		case whole:
			out.children = append(out.children, (*Keeper)(nil).trim(child))
		case n.kind == List:
			out.children = append(out.children, k.elements.trim(child))
		case k.fields[child.key] != nil:
			out.children = append(out.children, k.fields[child.key].trim(child))
		}
	}
	return out
}
