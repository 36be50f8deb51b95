package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// here is the path of the value at hand, with steps appended.
func (c *checker) here(steps ...tree.Step) tree.Path {
	return append(c.path.Clone(), steps...)
}

func (c *checker) missing(name string, t *Type) {
	c.add(Violation{Finding: policies.Finding{
		Reason: policies.Missing, Mode: policies.Enforce, Path: c.here(tree.Key(name)),
		Problem: fmt.Sprintf("ACK's %s requires this field.", c.kind.Name),
		Remedy:  "Add it, as " + t.withRequired() + ".",
	}})
}

// wrongType is about the value at hand.
func (c *checker) wrongType(t *Type, n *tree.Node) {
	c.add(Violation{null: n.Kind() == tree.Null, Finding: policies.Finding{
		Reason: WrongType, Mode: policies.Enforce, Path: c.here(),
		Problem: fmt.Sprintf("this must be %s, not %s.", t.describe(), found(t, n)),
		Remedy:  rewrite(t, n),
	}})
}

// notAnInstanceType is a warning: the API server takes the text, AWS does not.
func (c *checker) notAnInstanceType(text string) {
	finding := policies.Finding{
		Reason: policies.Malformed, Mode: policies.Warn, Path: c.here(),
		Problem: quote(text) + " is not an instance type of SageMaker.",
		Remedy:  "Write ml., the family and the size, for example ml.m5.xlarge.",
	}
	if kms.Placeholder(text) != "" {
		finding.Problem, finding.Remedy = quote(text)+" is an unfilled placeholder.", rendered
	}
	c.add(Violation{Finding: finding})
}

// found says what stands in the place of a value of the type.
func found(t *Type, n *tree.Node) string {
	const short = 40
	switch kind, text := n.Kind(), n.Text(); {
	case kind == tree.Null:
		return "null"
	case kind == tree.Bool:
		return "the boolean " + text
	case kind != t.Kind, len(text) > short:
		return withArticle[kind]
	case kind == tree.String:
		return quote(text)
	default:
		return text
	}
}

// rewrite says how to write the value that was most likely meant.
func rewrite(t *Type, n *tree.Node) string {
	text := strings.TrimSpace(n.Text())
	_, notANumber := strconv.ParseFloat(text, 64)
	scalar := n.Kind() != tree.Map && n.Kind() != tree.List && n.Kind() != tree.Null
	switch {
	case kms.Placeholder(text) != "":
		return rendered
	case t.Kind == tree.String && namesKey(folded(n.Key())):
		return "Write the ARN of a key, or remove the field."
	case t.Date:
		return `Write it as in "2030-12-31T00:00:00Z".`
	case t.Kind == tree.String && n.Kind() == tree.Bool:
		return "YAML reads yes, no, on, off, y and n as booleans: put the text in quotes."
	case t.Kind == tree.String && scalar:
		return "Put it in quotes."
	case t.Kind == tree.Number && n.Kind() == tree.String && notANumber == nil, t.Kind == tree.Bool && (text == "true" || text == "false"):
		return "Write " + text + " without quotes."
	case t.Kind == tree.List && n.Kind() == tree.Map && n.Kind() == t.Items.Kind:
		return "Write " + t.withFields() + ": each element begins with a dash."
	case t.Kind == tree.List && n.Kind() == t.Items.Kind:
		return "Write a list, even for one element: each element begins with a dash."
	case n.Kind() == tree.List && n.Len() == 1 && n.At(0).Kind() == t.Kind:
		return "Write " + t.describe() + " by itself, without a list around it."
	case n.Kind() == tree.Null:
		return "Write the value, or remove the element."
	}
	return ""
}

//nolint:gochecknoglobals // data
var withArticle = map[tree.Kind]string{
	tree.Null: "null", tree.Bool: "a boolean", tree.Number: "a number",
	tree.String: "a string", tree.Map: "an object", tree.List: "a list",
}

// describe is the type in words.
func (t *Type) describe() string {
	switch {
	case t.Integer:
		return "a whole number"
	case t.Date:
		return "a date and time"
	case t.Kind == tree.Bool:
		return "true or false"
	case t.Kind == tree.List:
		return "a list of " + strings.TrimPrefix(strings.TrimPrefix(withArticle[t.Items.Kind], "a "), "an ") + "s"
	case t.Kind == tree.Map && t.Fields == nil:
		return "an object of strings"
	}
	return withArticle[t.Kind]
}

// withRequired is the type in words, with the fields that it cannot do without.
func (t *Type) withRequired() string {
	switch len(t.Required) {
	case 0:
		return t.describe()
	case 1:
		return t.describe() + " with the field " + t.Required[0]
	default:
		return t.describe() + " with the fields " + strings.Join(t.Required, ", ")
	}
}

// withFields is a list of objects in words, with the fields of these if they are few.
func (t *Type) withFields() string {
	const few = 4
	if n := len(t.Items.Fields); n == 0 || n > few {
		return t.describe()
	}
	return t.describe() + " with the fields " + strings.Join(slices.Sorted(maps.Keys(t.Items.Fields)), ", ")
}

// quote shows what a person wrote: escaped, and cut where it would drown the message.
func quote(s string) string {
	const limit = 80
	if len(s) > limit {
		cut := limit
		for cut > limit-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}
