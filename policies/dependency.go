package policies

import (
	"fmt"

	"github.com/cmkgate/cmkgate/policies/ack"
)

// ask returns what one policy says of an object that the one being evaluated depends on, by its own check where
// none is given. What the webhook will inject on its creation counts as done.
func (e *evaluation) ask(other Object, policy ID, check func(*evaluation)) []Finding {
	ev := e.beginWith(other)
	ev.observes = false // what ACK saw in AWS counts
	ev.dependency = true
	for _, r := range e.byKind[other.kind()] {
		if r.policy.ID != policy {
			continue
		}
		ev.rule = &r
		ev.switched = PolicySettings{Mode: Enforce, Inject: e.settings.policyIn(policy, ev.namespace).injects()}
		if check == nil {
			check = r.policy.check
		}
		check(ev)
		ev.reportUnchecked()
	}
	var out []Finding
	for _, f := range ev.findings {
		if (!other.Planned || !f.Inject) && f.Reason != Unproven { // which is reported of the object that names the key
			out = append(out, f)
		}
	}
	return out
}

// doubt reports why the spec of an object that was looked up does not tell what AWS
// has, as a sentence without its end; "" if it does. Spec reports whether the spec
// says at least what ACK will create, so that what is wrong with it is wrong in any
// case. An object that is yet to be created counts as what it will be.
func doubt(other Object) (why string, spec bool) {
	name := fmt.Sprintf("%s %s", other.Kind, quote(other.Name))
	if other.Planned {
		if other.ack().Adopting() {
			return "ACK has not yet read " + name + " from AWS", false
		}
		return "", true
	}
	switch other.standing() {
	case ack.Unmanaged:
		return "ACK has not created " + name + ", or has rejected it because AWS already has one with that name", true
	case ack.AwaitsAdoption:
		return "ACK has not yet read " + name + " from AWS", false
	case ack.Unseen:
		return "ACK has not yet reported that " + name + " exists in AWS", true
	case ack.GivenUp:
		return "ACK has given up on " + name + " (ACK.Terminal), and AWS may have something else", false
	case ack.Held:
	}
	return "", true
}
