package policies

// ControlCount is the number of all controls.
func ControlCount() int {
	n := 0
	for _, of := range controls {
		n += len(of)
	}
	return n
}
