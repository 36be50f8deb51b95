package policies

import "github.com/cmkgate/cmkgate/policies/catalog"

// ask returns what one policy says of an object that the one under judgement
// depends on. What the webhook will inject on its creation counts as done.
func (e *evaluation) ask(other Object, policy ID, check func(*evaluation)) []Finding {
	ev := e.beginWith(other)
	ev.adoption = noAdoption // what ACK saw in AWS counts
	for _, r := range e.byKind[catalog.Kind{Group: other.Group, Name: other.Kind}] {
		if r.policy.ID == policy {
			ev.rule = &r
			ev.switched = PolicySettings{Mode: Enforce, Inject: e.settings.policyIn(policy, ev.namespace).injects()}
			check(ev)
			ev.reportUnchecked()
		}
	}
	var out []Finding
	for _, f := range ev.findings {
		if !other.Planned || !f.Inject {
			out = append(out, f)
		}
	}
	return out
}
