package generated

import (
	"fmt"
	"maps"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/generated/objects"
)

func (t *trial) unrelatedUpdates() error {
	object, root := t.before.object, t.before.object.Root
	if got := t.update(object, root); len(got) > 0 {
		return fmt.Errorf("an update that changes nothing:\n%s", report(got))
	}
	changed, what := t.changedElsewhere()
	other := tree.FromValue(changed)
	if got := t.update(object, other); len(got) > 0 {
		return fmt.Errorf("an update of %s alone:\n%s", what, report(got))
	}
	object.Root = other
	if got := t.update(object, root); len(got) > 0 {
		return fmt.Errorf("an update of %s alone:\n%s", what, report(got))
	}
	return nil
}

// changedElsewhere is the object with something changed that no policy reads.
func (t *trial) changedElsewhere() (changed map[string]any, what string) {
	changed = maps.Clone(t.before.value)
	in := func(parent string) map[string]any {
		fields, ok := changed[parent].(map[string]any)
		if !ok {
			return nil
		}
		fields = maps.Clone(fields)
		changed[parent] = fields
		return fields
	}
	switch t.seed % 4 {
	case 0:
		if metadata := in("metadata"); metadata != nil {
			metadata["labels"] = map[string]any{"changed": "yes"}
			return changed, "labels"
		}
	case 1:
		if metadata := in("metadata"); metadata != nil {
			metadata["resourceVersion"] = "2"
			return changed, "the resource version"
		}
	case 2:
		managed := ack.Object{Kind: t.kind, Root: t.before.object.Root}.Managed() // else the update may be what ACK creates from
		if spec := in("spec"); len(spec) > 0 && managed {
			spec["unknownToEverybody"] = map[string]any{"changed": true}
			return changed, "an unknown field"
		}
	}
	if status := in("status"); status != nil {
		status["conditions"] = []any{map[string]any{"type": "Ready", "status": "True"}}
		return changed, "the conditions"
	}
	changed["status"] = map[string]any{"conditions": []any{}}
	return changed, "the status"
}

// updatesFromAnything evaluates the object as an update, of another object of
// its kind or of itself with one place changed.
func (t *trial) updatesFromAnything() error {
	var value map[string]any
	g := objects.New(t.schemas, t.seed+1<<63)
	if t.seed%4 == 0 {
		value = t.generate(g, t.kind)
	} else {
		value, _ = g.Change(t.kind, t.before.value)
	}
	old := tree.FromValue(value)
	findings := t.update(t.before.object, old)
	if edits := policies.Injections(findings); len(edits) > 0 {
		return fmt.Errorf("on an update, %v are injected", edits)
	}
	if err := noneTwice(findings); err != nil {
		return err
	}
	return t.restores(old)
}

// restores holds what an update puts back: keys that it omits, as they were.
func (t *trial) restores(old *tree.Node) error {
	edits := t.restore(t.before.object, old)
	if len(edits) == 0 {
		return nil
	}
	t.seen.restored++
	raw, err := patch(t.before, edits)
	if err != nil {
		return err
	}
	after, err := t.judge(raw)
	if err != nil {
		return err
	}
	var set []change
	if err := compare(t.before.value, after.value, nil, &set); err != nil {
		return err
	}
	for _, c := range set {
		if fmt.Sprint(c.after) != old.Find(c.path).Text() {
			return fmt.Errorf("%s was %q before the update and is restored to %v", c.path, old.Find(c.path).Text(), c.after)
		}
		if err := t.settable.place(c, t.before.object); err != nil {
			return err
		}
	}
	if again := t.restore(after.object, old); len(again) > 0 {
		return fmt.Errorf("a second pass restores %v", again)
	}
	return nil
}
