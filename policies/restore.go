package policies

import (
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Restorations returns the edits that put back the keys which an update leaves
// out: a manifest that never named its key, or does so no longer, is applied
// anew, and the object must stay what it is in AWS. The old value is put back
// and not today's default, so that a change of the default touches nothing that
// exists, and the object's generation stays.
//
// Nothing is put back into an object that is being deleted, or whose spec ACK is
// about to fill in, or that ACK has given up on: taking a key back is how a
// person recovers from a key that was added by hand.
func (e *Evaluator) Restorations(object Object, old *tree.Node, world World) []Edit {
	rules := e.byKind[catalog.Kind{Group: object.Group, Name: object.Kind}]
	if len(rules) == 0 || old == nil || isDeleting(&object) || object.Root.Get("spec").Empty() || hasCondition(old, terminalCondition) {
		return nil
	}
	if world == nil {
		world = Nowhere{}
	}
	ev := e.begin(object, world, world.Roles())
	ev.old, ev.update = old, true
	if ev.observes() {
		return nil
	}
	var edits []Edit
	for i := range rules {
		ev.rule = &rules[i]
		ev.switched = e.settings.policyIn(rules[i].policy.ID, ev.namespace)
		if restore := rules[i].policy.restore; restore != nil && ev.switched.injects() {
			edits = append(edits, restore(ev)...)
		}
	}
	return edits
}

// restoreFields puts back the keys of the policy's rows.
func restoreFields(e *evaluation) []Edit {
	var edits []Edit
	for i := range e.rule.fields {
		f := &e.rule.fields[i]
		if f.Never != "" {
			continue
		}
		f.path.Walk(e.object.Root, f.under, func(path tree.Path, value *tree.Node) {
			if value.Missing() && e.mayRestore(f, path) {
				edits = append(edits, Edit{Path: path.Clone(), Value: e.old.Find(path).Str()})
			}
		})
	}
	return edits
}

func (e *evaluation) mayRestore(f *field, path tree.Path) bool {
	before := e.old.Find(path)
	if before.Str() == "" || !e.sameElement(path) {
		return false
	}
	if f.onlyIf != nil && e.search.find(f.onlyIf.Bind(path)).Text() != f.OnlyIf.Equals {
		return false
	}
	if len(f.instanceTypes) > 0 {
		if g, ok := e.governing(f, path); ok && g.storage == catalog.Local {
			return false
		}
	}
	if !f.Mutable && e.existsInAWS() {
		return true // the key that it has, whatever it is
	}
	_, problem := e.keyProblem(f, before)
	return problem == ""
}

// sameElement tells whether the list element that the path leads through is the
// one it was, but for the key. Elsewhere there is only one place.
func (e *evaluation) sameElement(path tree.Path) bool {
	for i, step := range path {
		if !step.IsKey() {
			return equalBut(e.object.Root.Find(path[:i+1]), e.old.Find(path[:i+1]), path[i+1:])
		}
	}
	return true
}

// equalBut tells whether two values are equal, what is at the path left aside.
func equalBut(a, b *tree.Node, path tree.Path) bool {
	if len(path) == 0 {
		return true
	}
	if !path[0].IsKey() || a.Kind() != tree.Map || b.Kind() != tree.Map {
		return tree.Equal(a, b)
	}
	skip := path[0].Key
	if membersBut(a, skip) != membersBut(b, skip) {
		return false
	}
	for i := range a.Len() {
		member := a.At(i)
		if member.Key() != skip && !tree.Equal(member, b.Get(member.Key())) {
			return false
		}
	}
	return equalBut(a.Get(skip), b.Get(skip), path[1:])
}

func membersBut(n *tree.Node, skip string) int {
	count := n.Len()
	if n.Get(skip) != nil {
		count--
	}
	return count
}
