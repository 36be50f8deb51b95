package policies

import (
	"fmt"

	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// opens begins the check of a policy about keys: it reports findings about the
// object as a whole, and whether the fields are to be checked. Of an object
// that ACK will overwrite, or only looks at, they are checked as far as ACK may
// come to carry them out after all: between its two writes of an adoption, and
// once the object is managed, the spec is what AWS is made to be.
func (e *evaluation) opens() bool {
	if e.audit {
		e.noEvidence()
	}
	if e.observes {
		if !e.takeover {
			e.observed()
		}
		return (e.takeover || e.facts.Adopting()) && e.mutable && e.state.HasSpec()
	}
	e.claimOf(e.rule.fields)
	if e.observation {
		e.observationReported()
	}
	e.renamedReported()
	if !e.state.HasSpec() {
		return false
	}
	e.checkPlace()
	return true
}

// noEvidence reports that the keys of an object that exists do not show what AWS has.
func (e *evaluation) noEvidence() {
	why, _ := doubt(e.object)
	if why == "" || len(e.rule.fields) == 0 {
		return
	}
	e.reportOnce(Finding{
		Reason:  Unverifiable,
		Path:    tree.Path{tree.Key("status"), tree.Key("conditions")},
		Problem: why + ", so the keys in this object are not evidence of those in AWS.",
		Remedy:  "See the object's conditions for what ACK reports, and check the resource in AWS.",
	})
}

// passes reports whether a field is omitted: one that ACK never changes on a
// resource that exists has no effect in an object that is to be overwritten.
func (e *evaluation) passes(f *field) bool { return e.observes && !f.Mutable }

// observed reports what can be said of a key that ACK will read from AWS.
func (e *evaluation) observed() {
	annotation, problem := ack.AdoptionPolicyKey, "ACK adopts an existing AWS resource together with its key, which cmkgate cannot see."
	if !e.facts.Adopting() {
		annotation, problem = ack.ReadOnlyKey, "ACK only observes an existing AWS resource, and cmkgate cannot see its key."
	}
	e.reportOnce(Finding{
		Reason:  Unverifiable,
		Path:    annotationPath(annotation),
		Problem: problem,
		Remedy:  "Make sure that the resource is under a customer-managed key before you adopt it.",
	})
}

func annotationPath(name string) tree.Path {
	return tree.Path{tree.Key("metadata"), tree.Key("annotations"), tree.Key(name)}
}

// claimed reports whether a new object says by ACK's finalizer that its
// resource exists, as one does that is restored from a backup.
func (e *evaluation) claimed() bool {
	return e.object.Planned && !e.update && !e.dependency && e.facts.Managed
}

// claimOf reports such an object where it has keys. ACK updates what it finds by
// the spec, so a key that cmkgate set would stop a running notebook, or show
// where AWS never got it.
func (e *evaluation) claimOf(fields []field) {
	if len(fields) == 0 || !e.claimed() {
		return
	}
	e.reportOnce(Finding{
		Reason:  Unverifiable,
		Path:    tree.Path{tree.Key("metadata"), tree.Key("finalizers")},
		Problem: "ACK's finalizer says that this resource already exists, so cmkgate sets no key and cannot see its current one.",
		Remedy:  "To restore a backup, check the resource's key in AWS; for a new resource, remove the finalizer.",
	})
}

// observationReported reports a write that puts what AWS has into an adopted
// object. Nothing tells ACK's from one that a person makes look like it, where
// ACK runs under a user name that cmkgate was not reported.
func (e *evaluation) observationReported() {
	e.reportOnce(Finding{
		Reason:  Unverifiable,
		Path:    annotationPath(ack.AdoptionPolicyKey),
		Problem: "this update looks like ACK completing an adoption, so its keys count as those in AWS, which cmkgate cannot see.",
		Remedy:  "Compare them with the resource in AWS. If ACK made the update, list its user name under controllers in cmkgate's configuration.",

		neverDenies: true,
	})
}

// renamedReported reports that an object which ACK manages gets another name in
// AWS. ACK refuses a new object whose resource exists, but not this one: it takes
// the resource for the object's, with whatever key that has.
func (e *evaluation) renamedReported() {
	names := catalog.NameInAWS(e.kind())
	if !e.renamed || !e.facts.Managed || len(e.rule.fields) == 0 || len(names) == 0 || catalog.NamedByAWS(e.kind()) {
		return
	}
	field := names[len(names)-1] // those before it say where the name counts
	name := e.object.Root.Get("spec").Get(field)
	e.reportOnce(Finding{
		Reason:  Unverifiable,
		Path:    tree.Path{tree.Key("spec"), tree.Key(field)},
		Problem: fmt.Sprintf("if AWS already has %s %s, ACK takes it for this object's, and cmkgate cannot see its key.", indefinite(e.object.Kind), quote(name.Text())),
		Remedy:  "Check that it does not exist in AWS, or leave the name and create another object.",
	})
}

// existing reports whether the resource that the object stands for may exist
// with a key that ACK cannot change any more.
func (e *evaluation) existing() bool { return e.facts.Managed && !e.renamed && !e.dependency }
