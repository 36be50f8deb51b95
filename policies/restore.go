package policies

import (
	"slices"

	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// restorations returns the edits that put back the keys which an update omits:
// a manifest that never named its key, or does so no longer, is applied again,
// and the object must stay what it is in AWS. The old value is put back and not
// today's default, so that a change of the default touches nothing that exists,
// and the object's generation stays.
//
// Nothing is put back into an object whose spec ACK is about to fill in, or where
// taking a key back is how a person recovers from a key that was added by hand.
func (e *Evaluator) restorations(rules []rule, object Object, old *tree.Node, world World) []Edit {
	if object.Root.Get("spec").Empty() {
		return nil
	}
	ev := e.begin(object, world, world.Roles())
	ev.old, ev.update = old, true
	if ev.observes || ack.WriteOf(ev.state, ack.Object{Kind: ev.kind(), Root: old}) == ack.Observation || ev.before().recovers {
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
		if f.NoInjectReason != "" {
			continue
		}
		f.path.Walk(e.object.Root, f.under, func(path tree.Path, value *tree.Node) {
			if value.Missing() && e.checksPlace() && e.mayRestore(f, path) {
				edits = append(edits, Edit{Path: path.Clone(), Value: e.old.Find(path).Str()})
			}
		})
	}
	return edits
}

func (e *evaluation) mayRestore(f *field, path tree.Path) bool {
	before := e.old.Find(path)
	if before.Str() == "" || !e.sameElement(path) || e.refersToKey(f, path) {
		return false
	}
	if f.onlyIf != nil && e.search.find(f.onlyIf.Bind(path)).Text() != f.OnlyIf.Equals {
		return false
	}
	if len(f.instanceTypes) > 0 {
		if g, ok := e.instanceStorage(f, path); ok && g.storage == catalog.Local {
			return false
		}
	}
	if !f.Mutable && e.before().managed && e.before().sameName {
		return true // the key that it has, whatever it is
	}
	_, problem := e.keyProblem(f, before)
	return problem == ""
}

// sameElement reports whether the list element that the path leads through is
// the one it was, but for the keys that are omitted: a manifest that names none
// of an element's keys leaves all of them out. Elsewhere there is only one
// place.
func (e *evaluation) sameElement(path tree.Path) bool {
	for i, step := range path {
		if !step.IsKey() {
			element := path[:i+1]
			return sameBut(e.object.Root.Find(element), e.old.Find(element), e.keysIn(element))
		}
	}
	return true
}

// keysIn returns where a list element has keys, from the element on.
func (e *evaluation) keysIn(element tree.Path) []tree.Path {
	var keys []tree.Path
	for _, rule := range e.byKind[e.kind()] {
		for i := range rule.fields {
			path := rule.fields[i].path.Bind(element)
			if len(path) > len(element) && slices.Equal(path[:len(element)], element) {
				keys = append(keys, path[len(element):])
			}
		}
	}
	return keys
}

// sameBut reports whether two values are equal, keys that the new one lacks
// left aside.
func sameBut(now, old *tree.Node, keys []tree.Path) bool {
	isKey := slices.ContainsFunc(keys, func(p tree.Path) bool { return len(p) == 0 })
	if isKey && now.Missing() {
		return true
	}
	if len(keys) == 0 || now.Kind() != tree.Map || old.Kind() != tree.Map {
		return tree.Equal(now, old)
	}
	for i := range now.Len() {
		if old.Get(now.At(i).Key()) == nil {
			return false
		}
	}
	for i := range old.Len() {
		name := old.At(i).Key()
		if !sameBut(now.Get(name), old.At(i), under(keys, name)) {
			return false
		}
	}
	return true
}

// under returns how the paths that begin with a field go on.
func under(paths []tree.Path, field string) []tree.Path {
	var rest []tree.Path
	for _, p := range paths {
		if len(p) > 0 && p[0] == tree.Key(field) {
			rest = append(rest, p[1:])
		}
	}
	return rest
}
