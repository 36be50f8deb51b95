package catalog

import "testing"

// A newer ACK may pass one of them on; then it belongs among the rows.
func TestWhatIsCalledUnreachableIsNotInTheCRD(t *testing.T) {
	crds := schemas(t)
	for _, u := range UnreachableFields() {
		if crds[u.Kind] == nil || crds[u.Kind].at(parsePath(t, u.Path)) != nil {
			t.Errorf("%s %s: the CRD has the field, or there is no such kind", u.Kind.Name, u.Path)
		}
	}
}
