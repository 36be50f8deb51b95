package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/ack"
)

// ignoredDrift reports the first entry of ignore-field-drift that covers a key
// of the policy. The annotation lists fields that ACK leaves alone: dotted
// paths, separated by commas, each with all that is below it; list elements
// cannot be named (ACK runtime v0.62). Where Create carries the key, it still
// reaches AWS once. Where ACK sends it by a later call, it never does.
func (e *evaluation) ignoredDrift() {
	n := e.state.Root.Get("metadata").Get("annotations").Get(ack.IgnoreDriftKey)
	if n.Missing() || len(e.rule.fields) == 0 {
		return
	}
	for name := range strings.SplitSeq(n.Str(), ",") {
		name = strings.TrimSpace(name)
		f := e.coveredBy(name)
		if f == nil {
			continue
		}
		e.report(e.driftOf(name, f))
		return
	}
}

func (e *evaluation) driftOf(name string, f *field) Finding {
	finding := Finding{
		Reason:      IgnoredDrift,
		Path:        annotationPath(ack.IgnoreDriftKey),
		Problem:     fmt.Sprintf("%s makes ACK ignore changes of %s in AWS: a key changed there stays changed, and a key changed here never reaches AWS.", quote(name), f.Path),
		Remedy:      fmt.Sprintf("Remove %s from the list.", quote(name)),
		neverDenies: true,
	}
	if f.AfterCreate {
		finding.Problem = fmt.Sprintf("%s makes ACK ignore %s, which it sends to AWS only after it has created the %s: the key would never reach AWS.", quote(name), f.Path, e.object.Kind)
		finding.neverDenies = false
	}
	return finding
}

// coveredBy is the first key of the policy at or below a path of the list; one
// that AWS never gets counts before one that it gets once.
func (e *evaluation) coveredBy(name string) *field {
	if name == "" {
		return nil
	}
	var found *field
	for i := range e.rule.fields {
		f := &e.rule.fields[i]
		reach := f.reach // what is in a list is ignored with the whole list
		if reach != name && !strings.HasPrefix(reach, name+".") {
			continue
		}
		if f.AfterCreate {
			return f
		}
		if found == nil {
			found = f
		}
	}
	return found
}
