package schema

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// checker walks one object beside its schema.
type checker struct {
	kind       catalog.Kind
	controller string
	spec       *Type
	patch      bool

	// steps holds the path to the value at hand; it has room for the depth of
	// every field of ACK.
	steps      [16]tree.Step
	path       tree.Path
	violations []Violation
	// more counts the violations beyond the maximum of one object, and
	// enforced reports whether any of them is enforced.
	more     int
	enforced bool
}

// most is how many violations of one object are reported one by one.
const most = 100

func (c *checker) add(b Violation) {
	if len(c.violations) == most {
		c.more++
		c.enforced = c.enforced || b.Mode == policies.Enforce
		return
	}
	b.Policy = ID
	c.violations = append(c.violations, b)
}

// told returns all violations; those that were only counted are one.
func (c *checker) told() []Violation {
	if c.more == 0 {
		return c.violations
	}
	rest := policies.Finding{
		Policy: ID, Reason: WrongType, Mode: policies.Warn, Path: tree.Path{tree.Key("spec")},
		Problem: fmt.Sprintf("this object has %d more fields that ACK's CRD does not allow.", c.more),
		Remedy:  "Fix the ones reported first.",
	}
	if c.enforced {
		rest.Mode = policies.Enforce
	}
	return append(c.violations, Violation{Finding: rest})
}

// object checks what stands beside metadata.
func (c *checker) object(root *tree.Node, spec *Type) {
	c.spec = spec
	before := len(c.violations)
	for i := range root.Len() {
		switch member := root.At(i); member.Key() {
		case "apiVersion", "kind", "metadata", "status": // the API server drops what is in status
		case "spec":
			if !member.Absent() {
				c.within(tree.Key("spec"), spec, member)
			}
		default:
			c.unknown(topLevel(spec), root, member)
		}
	}
	if len(c.violations) == before {
		c.emptySpec(root)
	}
}

// topLevel is an object of ACK from above.
func topLevel(spec *Type) *Type {
	return &Type{Kind: tree.Map, Fields: map[string]*Type{"apiVersion": {}, "kind": {}, "metadata": {}, "spec": spec, "status": {}}}
}

// emptySpec reports a spec without any value, which the API server admits if
// the kind requires nothing: it is meant for adoption.
func (c *checker) emptySpec(root *tree.Node) {
	annotations := root.Get("metadata").Get("annotations")
	if c.patch || saysSomething(root.Get("spec")) ||
		!annotations.Get("services.k8s.aws/adoption-policy").Missing() || !annotations.Get("services.k8s.aws/read-only").Missing() {
		return
	}
	c.add(Violation{Finding: policies.Finding{
		Reason: policies.Missing, Mode: policies.Warn, Path: tree.Path{tree.Key("spec")},
		Problem: "the spec is empty, so ACK has nothing to create, and there is nothing to check.",
		Remedy:  "Write the spec, or the annotation services.k8s.aws/adoption-policy if ACK should adopt an existing AWS resource.",
	}})
}

func saysSomething(n *tree.Node) bool {
	for i := range n.Len() {
		if !n.At(i).Absent() {
			return true
		}
	}
	return n.Kind() != tree.Map && !n.Absent()
}

// within checks a member of the value at hand.
func (c *checker) within(step tree.Step, t *Type, n *tree.Node) {
	c.path = append(c.path, step)
	c.value(t, n)
	c.path = c.path[:len(c.path)-1]
}

// value checks a value against its type; the type nil accepts everything.
func (c *checker) value(t *Type, n *tree.Node) {
	switch {
	case t == nil:
	case n.Kind() != t.Kind, t.Integer && !isWhole(n.Text()), t.Date && !isTime(n.Text()):
		c.wrongType(t, n)
	case t.Instance && n.Text() != "" && !isInstanceType(n.Text()):
		c.notAnInstanceType(n.Text())
	case t.Kind == tree.List:
		for i := range n.Len() {
			c.within(tree.Index(i), t.Items, n.At(i))
		}
	case t.Kind == tree.Map && t.Fields == nil:
		for i := range n.Len() {
			if member := n.At(i); !member.Absent() {
				c.within(tree.Key(member.Key()), t.Items, member)
			}
		}
	case t.Kind == tree.Map:
		c.fields(t, n)
	}
}

// fields checks an object. To the API server a field that is null is not there.
func (c *checker) fields(t *Type, n *tree.Node) {
	before := len(c.violations)
	for i := range n.Len() {
		member := n.At(i)
		field, known := t.Fields[member.Key()]
		switch {
		case !known:
			c.unknown(t, n, member)
		case !member.Absent():
			c.within(tree.Key(member.Key()), field, member)
		}
	}
	if c.patch {
		return
	}
	for _, name := range t.Required {
		if n.Get(name).Absent() && !c.meant(before, name) {
			c.missing(name, t.Fields[name])
		}
	}
}

// meant reports whether an earlier violation is about a misspelled field.
func (c *checker) meant(before int, name string) bool {
	at := append(slices.Clone(c.path), tree.Key(name))
	return slices.ContainsFunc(c.violations[before:], func(b Violation) bool { return slices.Equal(b.Intended, at) })
}

func isWhole(number string) bool {
	if _, err := strconv.ParseInt(number, 10, 64); err == nil {
		return true
	}
	f, err := strconv.ParseFloat(number, 64)
	return err == nil && f == math.Trunc(f) && math.Abs(f) < math.MaxInt64
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	return err == nil
}

// isInstanceType lets system through, which is Studio's word for no instance of
// one's own (SageMaker API, ResourceSpec).
func isInstanceType(text string) bool { return text == "system" || catalog.IsInstanceType(text) }
