package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// dependency is a row of the catalog with its paths parsed.
type dependency struct {
	catalog.Dependency
	path, when tree.Path
	// assigned means that AWS gives the other object its name, which no manifest has.
	assigned bool
}

func compileDependencies(id ID) map[catalog.Kind][]dependency {
	out := map[catalog.Kind][]dependency{}
	for _, row := range catalog.DependenciesOf(id) {
		d := dependency{Dependency: row, path: tree.MustPath(row.Path), assigned: catalog.NamedByAWS(row.Target)}
		if row.When.Path != "" {
			d.when = tree.MustPath(row.When.Path)
		}
		out[row.Kind] = append(out[row.Kind], d)
	}
	return out
}

// dependents adds the kinds whose dependencies a policy reports to those that it
// has itself, and says what it reads of them.
func dependents(id ID, kinds []catalog.Kind, reads map[catalog.Kind][]string) ([]catalog.Kind, map[catalog.Kind][]string) {
	if reads == nil {
		reads = map[catalog.Kind][]string{}
	}
	for _, d := range catalog.DependenciesOf(id) {
		if !slices.Contains(kinds, d.Kind) {
			kinds = append(kinds, d.Kind)
		}
		reads[d.Kind] = append(reads[d.Kind], d.Reads()...)
	}
	return kinds, reads
}

// checkDependencies evaluates an object by the one that it names. The rows
// of a kind share their path, and at most one of them applies.
func (e *evaluation) checkDependencies() {
	rows := e.rule.dependencies
	if len(rows) == 0 {
		return
	}
	name := e.object.Root.Find(rows[0].path).Str()
	if name == "" {
		return
	}
	var kinds []string
	for i := range rows {
		d := &rows[i]
		if d.when == nil || e.object.Root.Find(d.when).Text() == d.When.Equals {
			e.checkDependency(d, name)
			return
		}
		kinds = append(kinds, d.When.Equals)
	}
	e.report(Finding{ // the CRD lets the type be omitted
		Reason:  Unverifiable,
		Path:    rows[0].path,
		Problem: fmt.Sprintf("%s does not say what kind of object %s is, so cmkgate cannot check the key.", rows[0].when, quote(name)),
		Remedy:  fmt.Sprintf("Set %s to one of: %s.", rows[0].when, strings.Join(kinds, ", ")),
	})
}

func (e *evaluation) checkDependency(d *dependency, name string) {
	other, ok := e.named(d.Target, name)
	if !ok {
		remedy := "Create it through ACK in this cluster; on the command line, pass its manifest to the same check, or use --cluster."
		if d.assigned {
			remedy = "Create it through ACK in this cluster, or let ACK adopt it; on the command line, use --cluster."
		}
		e.report(Finding{
			Reason:  Unverifiable,
			Path:    d.path,
			Problem: fmt.Sprintf("cmkgate knows of no %s %s in %s, so it cannot check the key.", d.Target.Name, quote(name), e.regionAndWhy()),
			Remedy:  remedy,
		})
		return
	}
	doubt, spec := doubt(other)
	var findings []Finding
	for _, policy := range d.Asks {
		mode := e.settings.policyIn(policy, e.namespace).Mode
		if !spec || mode == Off {
			continue
		}
		for _, f := range e.ask(other, policy, nil) {
			f.neverDenies = f.neverDenies || mode != Enforce // that policy does not deny the other object either
			findings = append(findings, f)
		}
	}
	if doubt != "" && len(findings) == 0 {
		e.report(Finding{
			Reason:  Unverifiable,
			Path:    d.path,
			Problem: doubt + ", so its key is unknown.",
			Remedy:  fmt.Sprintf("Apply this again once ACK reports the %s as synced; if ACK rejects it, create another and reference that.", d.Target.Name),
		})
	}
	for _, f := range findings {
		problem := "%s %s violates %s: %s: %s"
		if f.Reason == Unverifiable {
			problem = "%s %s cannot be checked for %s: %s: %s"
		}
		e.report(Finding{
			Reason:  f.Reason,
			Path:    d.path,
			Problem: fmt.Sprintf(problem, d.Target.Name, quote(name), f.Policy, f.Path, f.Problem),
			Remedy:  fmt.Sprintf("Reference %s that satisfies it, under another name if this one cannot be changed.", indefinite(d.Target.Name)),

			neverDenies: f.neverDenies,
		})
	}
}
