package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/config/nearest"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// ID stands in results where policies have theirs.
const ID policies.ID = "schema"

// The reasons of findings, beside policies.Missing and policies.Malformed.
const (
	UnknownField   policies.Reason = "unknown-field"
	UnknownKind    policies.Reason = "unknown-kind"
	UnknownVersion policies.Reason = "unknown-version"
	WrongType      policies.Reason = "wrong-type"
	// Duplicate: another document describes the same object.
	Duplicate policies.Reason = "duplicate"
	// Partial: the document is a patch of kustomize.
	Partial policies.Reason = "partial"
)

// Violation is a schema violation in an object.
type Violation struct {
	policies.Finding
	// Intended is the field that was most likely intended, nil if the finding is
	// at that field or it is unknown.
	Intended tree.Path
	// null means that a required value is null.
	null bool
}

// Check returns the schema violations of an object, and whether the object is
// of one of the two groups. A group without a version is completed, so that
// policies can evaluate the rest. A patch may omit what the patched object has.
func (s *Schemas) Check(o *policies.Object, patch bool) (violations []Violation, ours bool) {
	c := checker{patch: patch}
	c.path = c.steps[:0]
	g := s.identify(&c, o)
	if g == nil {
		if o.Group == "" && o.Kind == "Namespace" {
			c.metadata(s.metadata(), o.Root.Get("metadata"))
		}
		return c.told(), false
	}
	c.kind, c.controller = catalog.Kind{Group: g.name, Name: o.Kind}, g.controller
	o.Group = g.name
	if item, isList := strings.CutSuffix(o.Kind, "List"); isList && g.kinds[item] != nil {
		c.list(o.Root.Get("items"))
		return c.told(), true
	}
	c.metadata(s.metadata(), o.Root.Get("metadata"))
	if spec, ok := g.kinds[o.Kind]; ok {
		c.object(o.Root, spec())
	} else {
		c.unknownKind(g, o)
	}
	return c.told(), true
}

// list is about a List that could not be taken apart.
func (c *checker) list(items *tree.Node) {
	if !items.Absent() {
		c.within(tree.Key("items"), &Type{Kind: tree.List, Items: &Type{Kind: tree.Map}}, items)
	}
}

// identify finds the group of an object and evaluates its apiVersion, nil for
// an object of somebody else.
func (s *Schemas) identify(c *checker, o *policies.Object) *group {
	apiVersion := o.Root.Get("apiVersion").Str()
	name, version, _ := strings.Cut(apiVersion, "/")
	for i := range s.groups {
		g := &s.groups[i]
		switch {
		case apiVersion == g.apiVersion, apiVersion == "" && o.Group == g.name: // an item of a typed list
			return g
		case name == g.name && version == "":
			c.apiVersion(fmt.Sprintf("%s is a group without a version.", quote(apiVersion)), g.apiVersion)
			return g
		case name == g.name:
			c.apiVersion(fmt.Sprintf("ACK's %s does not serve %s.", g.controller, quote(apiVersion)), g.apiVersion)
			return g
		case g.kinds[o.Kind] != nil && isTypingMistake(name, g.name):
			c.apiVersion(fmt.Sprintf("group %s does not exist; ACK's %s is in %s.", quote(name), o.Kind, g.name), g.apiVersion)
			return g
		}
	}
	return nil
}

// isTypingMistake reports whether one word was most likely written for the other.
func isTypingMistake(word, name string) bool {
	const characters = 2
	return len(word) <= len(name)+characters && len(name) > 2*characters &&
		nearest.Distance(strings.ToLower(word), strings.ToLower(name)) <= characters
}

func (c *checker) apiVersion(problem, want string) {
	at := tree.Path{tree.Key("apiVersion")}
	c.add(Violation{Finding: policies.Finding{
		Reason: UnknownVersion, Mode: policies.Enforce, Path: at, Problem: problem,
		Remedy: "Write " + want + ".", Fix: []policies.Edit{{Path: at, Value: want}},
	}})
}

func (c *checker) unknownKind(g *group, o *policies.Object) {
	at := tree.Path{tree.Key("kind")}
	finding := policies.Finding{Reason: UnknownKind, Mode: policies.Enforce, Path: at}
	if o.Kind == "" {
		finding.Reason, finding.Problem = policies.Missing, "an object needs a kind."
		finding.Remedy = "Write the kind, for example " + exampleKind(g) + "."
		c.add(Violation{Finding: finding})
		return
	}
	if kms.Placeholder(o.Kind) != "" {
		finding.Reason = policies.Placeholder
		finding.Problem = fmt.Sprintf("%s is an unfilled placeholder, so nothing in it is checked.", quote(o.Kind))
		finding.Remedy = "Write the kind, for example " + exampleKind(g) + "."
		c.add(Violation{Finding: finding})
		return
	}
	finding.Problem = fmt.Sprintf("ACK's %s has no kind %s", g.controller, quote(o.Kind))
	if name := nearest.Of(o.Kind, slices.Sorted(maps.Keys(g.kinds))); isTypingMistake(o.Kind, name) {
		finding.Problem += "."
		finding.Remedy = "Write " + name + "."
		finding.Fix = []policies.Edit{{Path: at, Value: name}}
		c.add(Violation{Finding: finding})
		return
	}
	// A newer ACK may have it; that must not block a pipeline permanently.
	finding.Mode = policies.Warn
	finding.Problem += ", so nothing in it is checked."
	finding.Remedy = "Look up the name of the kind with kubectl api-resources; a newer ACK needs a newer cmkgate."
	c.add(Violation{Finding: finding})
}

func exampleKind(g *group) string {
	s, _ := catalog.ServiceOf(g.name) // the schemas are those of the services
	return s.Example
}

// Merge omits the findings of policies about fields whose shape is broken, or
// that they would set: findings of policies about a malformed or misspelled
// field would only mislead. Each of them is replaced by an enforced violation.
// If a policy knows better than a violation that only warns, the policy's
// finding stays. So it does for a null that the webhook replaces before the API
// server checks the schema.
func Merge(violations []Violation, findings []policies.Finding) ([]Violation, []policies.Finding) {
	violations = slices.DeleteFunc(violations, func(b Violation) bool { return b.null && isInjected(b.Path, findings) })
	findings = mask(violations, findings)
	violations = slices.DeleteFunc(violations, func(b Violation) bool {
		return b.Reason == policies.Malformed && slices.ContainsFunc(findings, func(f policies.Finding) bool { return slices.Equal(f.Path, b.Path) })
	})
	return violations, findings
}

// isInjected reports whether the webhook sets something at a path or below.
func isInjected(path tree.Path, findings []policies.Finding) bool {
	return slices.ContainsFunc(policies.Injections(findings), func(e policies.Edit) bool {
		return len(e.Path) >= len(path) && slices.Equal(e.Path[:len(path)], path)
	})
}

func mask(violations []Violation, findings []policies.Finding) []policies.Finding {
	out := findings[:0]
	for i := range findings {
		f := &findings[i]
		edits := func(e policies.Edit) bool { return masked(violations, e.Path) }
		if !masked(violations, f.Path) && !slices.ContainsFunc(f.Fix, edits) {
			out = append(out, *f)
		}
	}
	return out
}

func masked(violations []Violation, path tree.Path) bool {
	for i := range violations {
		b := &violations[i]
		if b.Mode == policies.Enforce && (related(b.Path, path) || related(b.Intended, path)) {
			return true
		}
	}
	return false
}

// related reports whether one path is a prefix of the other. The whole spec
// is related to nothing.
func related(a, b tree.Path) bool {
	n := min(len(a), len(b))
	if n < 2 && (len(a) == 0 || len(a) != len(b)) {
		return false
	}
	for i := range n {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
