package tree

// builder builds nodes bottom-up: the members of open containers wait on stack
// and move to a block of their own when the container closes.
type builder struct {
	stack []Node
	free  []Node
}

// blockSize is how many nodes are allocated at a time: an ACK object has 50 to 100.
const blockSize = 64

// newBuilder has a stack that holds the root.
func newBuilder() builder { return builder{stack: make([]Node, 1, blockSize/2)} }

// take moves the nodes on top of the stack, from mark on, to where they stay.
func (b *builder) take(mark int) []Node {
	n := len(b.stack) - mark
	if n > cap(b.free)-len(b.free) {
		b.free = make([]Node, 0, max(n, blockSize))
	}
	start := len(b.free)
	b.free = append(b.free, b.stack[mark:]...)
	b.stack = b.stack[:mark]
	return b.free[start:len(b.free):len(b.free)]
}
