package tree

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// wide is the number of fields from which a map has an index. To go through
// fewer is as fast, and no map that AWS takes has as many: only a map that is
// made to be slow does, and a policy that asks it for every element of a list
// must not take quadratic time.
const wide = 128

// hold gives a map or list its members.
func (n *Node) hold(members []Node) {
	n.children = members
	if n.kind == Map && len(members) > wide {
		n.text = indexOf(members)
	}
}

// indexOf lists the members of a map in the order of their names, of equal
// names in that of the source: four bytes each, in a string because that is the
// one thing that the node of a map has no other use for.
func indexOf(members []Node) string {
	order := make([]uint32, len(members))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(members[a].key, members[b].key), cmp.Compare(a, b))
	})
	out := make([]byte, 0, 4*len(order))
	for _, i := range order {
		out = binary.LittleEndian.AppendUint32(out, i)
	}
	return string(out)
}

// lookUp is the last field of a name in a map with an index, nil if there is none.
func (n *Node) lookUp(key string) *Node {
	after := sort.Search(len(n.children), func(i int) bool { return n.inOrder(i).key > key })
	if after == 0 {
		return nil
	}
	if last := n.inOrder(after - 1); last.key == key {
		return last
	}
	return nil
}

func (n *Node) inOrder(i int) *Node {
	at := n.text[4*i : 4*i+4]
	return &n.children[uint32(at[0])|uint32(at[1])<<8|uint32(at[2])<<16|uint32(at[3])<<24]
}
