package policies

import (
	"fmt"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// reference is the finding for a key that is given as a reference to a Key
// resource. ACK resolves it, so that nothing is missing, and refuses a reference
// beside a key ("both resource reference wrapper and ID cannot be used
// together", ACK.ReferencesResolved).
func (e *evaluation) reference(f *field, path tree.Path, value *tree.Node) (Finding, bool) {
	if f.ref == nil || len(path) == 0 {
		return Finding{}, false
	}
	name := f.ref[len(f.ref)-1]
	ref := e.search.find(path[:len(path)-1]).Get(name.Key)
	if ref.Missing() {
		return Finding{}, false
	}
	at := path[:len(path)-1].Child(name)
	switch {
	case !value.Missing():
		return Finding{
			Reason:  Conflict,
			Path:    at,
			Problem: fmt.Sprintf("ACK rejects a reference together with %s.", path[len(path)-1].Key),
			Remedy:  "Remove one of the two.",
		}, true
	case ref.Get("from").Get("name").Missing(): // ACK refuses it, or without from sends no key at all
		return Finding{
			Reason:  Malformed,
			Path:    at,
			Problem: "this reference has no Key, and ACK accepts no key beside it.",
			Remedy:  fmt.Sprintf("Set %s.from.name to a Key, or remove the field.", name.Key),
		}, true
	}
	return Finding{
		Reason:  Unverifiable,
		Path:    at,
		Problem: "ACK takes the key from the resource that this references, so cmkgate cannot see which key it is.",
		Remedy:  "Make sure that the Key is a customer-managed key of your organization.",
	}, true
}

// refersToKey reports whether a reference stands in the place of a key, even one
// that names nothing: ACK would refuse a key beside it.
func (e *evaluation) refersToKey(f *field, path tree.Path) bool {
	return f.ref != nil && !e.search.find(path[:len(path)-1]).Get(f.ref[len(f.ref)-1].Key).Missing()
}
