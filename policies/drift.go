package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// ignoreDriftKey lists fields that ACK leaves alone once it has created the
// resource: dotted paths, separated by commas, each with all that is below it;
// list elements cannot be named (ACK runtime v0.62, ignore-field-drift).
const ignoreDriftKey = "services.k8s.aws/ignore-field-drift"

// ignoredDrift warns of the fields in that list that hold a key: neither a
// change in AWS nor one in the manifest reaches the other side any more.
func (e *evaluation) ignoredDrift() {
	list := e.object.Root.Get("metadata").Get("annotations").Get(ignoreDriftKey).Str()
	if list == "" || len(e.rule.fields) == 0 {
		return
	}
	const most = 50 // the list is as long as a person likes
	for i, name := range strings.SplitN(list, ",", most) {
		name = strings.TrimSpace(name)
		covered := e.coveredBy(name)
		if i == most-1 || covered == "" {
			continue
		}
		finding := Finding{
			Reason:  IgnoredDrift,
			Path:    tree.Path{tree.Key("metadata"), tree.Key("annotations"), tree.Key(ignoreDriftKey)},
			Problem: fmt.Sprintf("%s makes ACK leave %s as it is in AWS: a key that is changed there stays changed, and one that is changed here never gets there.", quote(name), covered),
			Remedy:  fmt.Sprintf("Take %s out of the list.", quote(name)),
		}
		e.report(finding)
	}
}

// coveredBy is the first key of the policy at or below a path of the list.
func (e *evaluation) coveredBy(name string) string {
	if name == "" {
		return ""
	}
	for i := range e.rule.fields {
		f := &e.rule.fields[i]
		reach := concrete(f.path).String() // what is in a list is ignored with the whole list
		if reach == name || strings.HasPrefix(reach, name+".") {
			return f.Path
		}
	}
	return ""
}
