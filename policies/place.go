package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// place is where ACK creates an object.
type place struct {
	region     string
	regionFrom origin
	ownership
}

// origin is what chose the region or the account of an object. The zero origin
// is the configuration, which goes without saying.
type origin struct {
	// what is how messages name it, up to the name of the object that it stands on.
	what, name string
	// path is the field of the object to look at.
	path string
}

func namespaceOrigin(what string, ns Namespace) origin {
	return origin{what: what, name: ns.Name, path: "metadata.namespace"}
}

func (o origin) String() string {
	if o.name == "" {
		return o.what
	}
	return o.what + " " + quote(o.name)
}

func (o origin) inParentheses() string {
	if o == (origin{}) {
		return ""
	}
	return " (" + o.String() + ")"
}

func (s *Settings) placeOf(object Object, ns Namespace, roles Roles) place {
	p := place{ownership: accountOf(object, ns, roles, s.Account)}
	p.region, p.regionFrom = regionOf(object, ns, s.Region)
	return p
}

// resolved reports whether ACK can create anything at all in the place.
func (p *place) resolved() bool { return p.accountResolved() && p.regionResolved() }

func (p *place) accountResolved() bool { return p.badAccount == "" && len(p.conflictingSelectors) == 0 }

func (p *place) regionResolved() bool {
	return p.regionFrom == (origin{}) || kms.IsRegion(p.region)
}

// checkPlace reports why ACK can create the object nowhere. A key is neither
// injected nor proposed until that is mended. The policies of an object say it
// once among them, in the strictest of their modes.
func (e *evaluation) checkPlace() {
	if e.resolved() {
		return
	}
	if !e.regionResolved() {
		e.reportOnce(misplaced(e.regionFrom, fmt.Sprintf("ACK takes the region from %s, but %s is not an AWS region.", e.regionFrom, quote(e.region)),
			"Correct it to one like eu-west-1."))
	}
	if e.badAccount != "" {
		e.reportOnce(misplaced(e.accountFrom, fmt.Sprintf("ACK takes the account from %s, but %s does not contain a 12-digit AWS account ID.", e.accountFrom, quote(e.badAccount)),
			"Correct it there, or ask your platform team to."))
	}
	if n := len(e.conflictingSelectors); n > 0 {
		finding := misplaced(e.accountFrom, fmt.Sprintf("ACK rejects this %s with: multiple (%d) matching IAMRoleSelectors found; they are %s.", e.object.Kind, n, listed(e.conflictingSelectors)),
			"Narrow them until only one matches: its role determines the account that ACK works in.")
		finding.Reason = Conflict
		e.reportOnce(finding)
	}
}

// reportOnce omits what another policy has told, unless it told it in a
// milder mode.
func (e *evaluation) reportOnce(finding Finding) {
	mode := e.modeOf(&finding)
	told := slices.ContainsFunc(e.findings, func(f Finding) bool {
		return f.Problem == finding.Problem && slices.Index(Modes(), f.Mode) <= slices.Index(Modes(), mode)
	})
	if !told {
		e.report(finding)
	}
}

func misplaced(from origin, problem, remedy string) Finding {
	return Finding{Reason: Malformed, Path: tree.MustPath(from.path), Problem: problem, Remedy: remedy}
}

// listed joins names as a sentence does, and cuts where they would drown it.
func listed(names []string) string {
	const limit = 5
	if more := len(names) - limit; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:limit], ", "), more)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
