package policies

import (
	"fmt"
	"slices"

	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Evaluator evaluates objects by a list of policies and an
// organization's settings. It is safe for concurrent use.
type Evaluator struct {
	settings  Settings
	instances catalog.Instances
	byKind    map[catalog.Kind][]rule
	// updatesKeys are the kinds whose keys ACK can change on a resource that exists.
	updatesKeys map[catalog.Kind]bool
	secrets     secrets
}

// rule is a policy prepared for one kind.
type rule struct {
	policy Policy
	fields []field
	steps  map[string][]field // by step type

	dependencies []dependency
}

// New prepares an evaluator. It fails when two policies share an ID, when one
// lacks its documentation, or when the settings say nothing about one.
func New(list []Policy, settings Settings) (*Evaluator, error) {
	e := &Evaluator{
		settings:  settings,
		instances: catalog.NewInstances(settings.Families),
		byKind:    map[catalog.Kind][]rule{},

		updatesKeys: map[catalog.Kind]bool{},
	}
	var err error
	if e.secrets, err = newSecrets(); err != nil {
		return nil, err
	}
	rows, err := compileRows()
	if err != nil {
		return nil, err
	}
	seen := map[ID]bool{}
	for _, p := range list {
		if p.ID == "" || p.Title == "" || p.Doc == "" || p.check == nil || len(p.Kinds) == 0 {
			return nil, fmt.Errorf("policy %q is incomplete: want an ID, a title, documentation, kinds and a check", p.ID)
		}
		if seen[p.ID] {
			return nil, fmt.Errorf("policy %q is listed twice", p.ID)
		}
		seen[p.ID] = true
		if _, ok := settings.Policies[p.ID]; !ok {
			return nil, fmt.Errorf("the settings have no mode for policy %q", p.ID)
		}
		depends := compileDependencies(p.ID)
		for _, kind := range p.Kinds {
			e.updatesKeys[kind] = catalog.UpdatesKeys(kind)
			e.byKind[kind] = append(e.byKind[kind], rule{policy: p, fields: rows.fields[rowsOf{p.ID, kind}], steps: rows.steps[p.ID], dependencies: depends[kind]})
		}
	}
	return e, nil
}

// Judges reports whether any policy applies to a kind.
func (e *Evaluator) Judges(group, kind string) bool {
	return len(e.byKind[catalog.Kind{Group: group, Name: kind}]) > 0
}

// reviewCreate reviews an object that is yet to be created.
func (e *Evaluator) reviewCreate(rules []rule, r *Review, world World) Result {
	findings := e.judge(rules, r.Object, question{completing: r.EditsOnly}, world, world.Roles())
	var result Result
	for i := range findings {
		if findings[i].Mode == Enforce && !findings[i].Inject {
			result.Denied = true
		}
	}
	tooLarge := slices.ContainsFunc(findings, func(f Finding) bool { return f.Reason == TooLarge })
	if !tooLarge { // else a patch of thousands of edits helps nobody
		result.Edits = Injections(findings)
	}
	result.Findings = merged(findings)
	return result
}

// reviewUpdate reviews what an update introduces.
func (e *Evaluator) reviewUpdate(rules []rule, r *Review, world World) Result {
	if r.EditsOnly {
		return Result{Edits: e.restorations(rules, r.Object, r.Old, world)}
	}
	result := Result{Findings: merged(e.introduced(rules, r.Object, r.Old, world))}
	if Enforced(result.Findings) {
		result.Edits = e.restorations(rules, r.Object, r.Old, world)
		result.Denied = len(result.Edits) == 0
	}
	return result
}

func (e *Evaluator) introduced(rules []rule, object Object, old *tree.Node, world World) []Finding {
	roles := world.Roles()
	before := object
	before.Root = old
	switch write := ack.WriteOf(object.ack(), before.ack()); write {
	case ack.Creation:
		return e.judge(rules, object, question{was: old, update: true, renamed: !ack.SameName(object.ack(), before.ack())}, world, roles)
	case ack.Takeover:
		return e.judge(rules, object, question{was: old, update: true, takeover: true}, world, roles)
	case ack.Observation:
		return e.judgeObservation(rules, object, before, world, roles)
	case ack.Claim:
		if !e.updatesKeys[object.kind()] {
			return nil // nothing but the finalizer is new, and nothing comes of it that would not without
		}
		return reportedOnly(e.judge(rules, object, question{was: old, update: true}, world, roles), everything)
	case ack.Change:
	}
	asked := question{old: old, was: old, update: true}
	findings := e.judge(rules, object, asked, world, roles)
	if len(findings) == 0 {
		return nil
	}
	return added(findings, e.judge(rules, before, asked, world, roles))
}

// judgeObservation evaluates the write by which ACK puts what AWS has into an
// adopted object, or one that looks like it. Its author is unknown, and a denial
// would block the adoption permanently, so it is reported. If a person could
// change AWS with it, because the object had a spec and ACK applies the change, it
// is evaluated like any other.
func (e *Evaluator) judgeObservation(rules []rule, object, before Object, world World, roles Roles) []Finding {
	findings := e.judge(rules, object, question{was: before.Root, update: true, observation: true}, world, roles)
	findings = added(findings, e.judge(rules, before, question{update: true}, world, roles))
	carriedOut := e.updatesKeys[object.kind()] && before.ack().HasSpec()
	return reportedOnly(findings, func(f *Finding) bool { return !carriedOut || !f.mutable })
}

func everything(*Finding) bool { return true }

// reportedOnly keeps findings from denying the object.
func reportedOnly(findings []Finding, which func(*Finding) bool) []Finding {
	for i := range findings {
		if f := &findings[i]; f.Mode == Enforce && which(f) {
			f.Mode = Warn
		}
	}
	return findings
}

// question is what is asked of an object.
type question struct {
	// old is what an update is compared with; an update can be checked without.
	old *tree.Node
	// was is the object before an update, also where it is evaluated as a creation.
	was    *tree.Node
	update bool
	// renamed: the update makes the object stand for another resource in AWS.
	renamed bool
	// takeover: the update makes an object managed that asks for adoption.
	takeover bool
	// observation: the update looks like ACK's own write of an adoption.
	observation bool
	// completing asks only for what can be set, and whether that is enough.
	completing bool
	// audit: the object exists as it is, and nobody is about to change it.
	audit bool
}

func (e *Evaluator) judge(rules []rule, object Object, asked question, world World, roles Roles) []Finding {
	ev := e.begin(object, world, roles)
	ev.question = asked
	ev.observes = ev.observes || asked.takeover
	spec := object.Root.Get("spec")
	bare := spec.Empty() || spec.Kind() != tree.Map
	if bare && !ev.observes && !ev.claimed() {
		return nil
	}
	for i := range rules {
		ev.rule = &rules[i]
		ev.switched = e.settings.policyIn(rules[i].policy.ID, ev.namespace)
		switch {
		case !ev.isAsked():
		case bare && !ev.observes:
			ev.claimOf(rules[i].fields)
		default:
			ev.budget = budget{}
			rules[i].policy.check(ev)
			ev.ignoredDrift()
			ev.reportUnchecked()
		}
	}
	return ev.findings
}

// added omits the findings that were there before, so that an object from
// before cmkgate can still be labeled, scaled and changed elsewhere. Findings
// are matched without list indices: moving a list element introduces nothing.
func added(now, before []Finding) []Finding {
	known := map[string]int{}
	for i := range before {
		known[identity(&before[i])]++
	}
	var out []Finding
	for i := range now {
		id := identity(&now[i])
		if known[id] > 0 {
			known[id]--
			continue
		}
		out = append(out, now[i])
	}
	return out
}

func identity(f *Finding) string {
	if f.state != "" {
		return f.Policy + " " + f.state
	}
	what := f.Problem
	if f.use != nil {
		what = f.use.identity(what)
	}
	return f.Label() + " " + f.Path.Pattern().String() + " " + what
}

// evaluation is the evaluation of one object in progress.
type evaluation struct {
	*Evaluator
	object Object
	question
	world     World
	roles     Roles
	namespace Namespace
	place
	// state is what ACK reads of the object, and facts what is asked of it often.
	state ack.Object
	facts ack.Facts
	// prior is what the object was before an update, read when first asked for.
	prior *prior
	// observes: the spec is not what ACK acts on, so only what it may come to act on is evaluated.
	observes bool
	// dependency: the object is evaluated for another that depends on it.
	dependency bool
	// mutable: ACK carries out a change of what is being evaluated.
	mutable bool
	search  search
	// parameters resolve what stands in place of values; nil in objects.
	parameters parameters
	document   *bucketDocument

	rule     *rule
	switched PolicySettings
	findings []Finding
	budget   budget
}

func (e *evaluation) isAsked() bool {
	if e.completing && e.switched.Mode != Enforce {
		return e.rule.policy.Injects && e.switched.injects()
	}
	return e.switched.Mode != Off
}

func (e *Evaluator) begin(object Object, world World, roles Roles) *evaluation {
	ev := &evaluation{Evaluator: e, object: object, world: world, roles: roles, search: search{root: object.Root}}
	ns, ok := world.Namespace(object.Namespace)
	if !ok {
		ns.Name = object.Namespace
	}
	ev.namespace = ns
	ev.place = e.settings.placeOf(object, ns, roles)
	ev.state = object.ack()
	ev.facts = ev.state.Facts()
	ev.observes = ev.facts.Adopting() || ev.facts.ReadOnly
	ev.mutable = e.updatesKeys[ev.kind()]
	return ev
}

func (e *evaluation) kind() catalog.Kind { return e.object.kind() }

// beginWith begins to evaluate an object that the one being evaluated depends on.
func (e *evaluation) beginWith(other Object) *evaluation {
	return e.begin(other, e.world, e.roles)
}

// modeOf is what a finding of the policy at work leads to.
func (e *evaluation) modeOf(f *Finding) Mode {
	unseen := f.Reason == Unverifiable || f.Reason == Unproven
	mild := unseen && e.settings.Unverifiable != Enforce || f.neverDenies || f.Reason == Exempt || f.Reason == Blocked
	if mild && e.switched.Mode == Enforce {
		return Warn
	}
	return e.switched.Mode
}

// report adds a finding of the policy at work; policy and mode are filled in.
func (e *evaluation) report(f Finding) {
	f.Policy, f.Mode, f.mutable = e.rule.policy.ID, e.modeOf(&f), e.mutable
	if e.findings == nil {
		e.findings = make([]Finding, 0, 4) // an object with one finding often has some more
	}
	e.findings = append(e.findings, f)
}
