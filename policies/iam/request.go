package iam

import (
	"slices"
	"strings"
)

// Request is a kind of request: what is the same in all of them.
type Request struct {
	// Action is one action, or with a final * every one that goes on from there.
	Action string
	// Resource is an ARN, or with a final * every one that goes on from there.
	Resource string
	// Context are the condition keys that are known of every such request; any
	// other key may have any value.
	Context []ContextKey
}

// ContextKey is a condition key of a request.
type ContextKey struct {
	Name  string
	Value string
	// Absent means that no such request has the key.
	Absent bool
}

// Denies reports whether a statement denies every request of a kind,
// whoever makes it, and if not which of its elements does not fit.
func (s *Statement) Denies(r Request) (element string, denied bool) {
	switch {
	case s.Effect != Deny:
		return "Effect", false
	case s.NotPrincipal: // everyone but somebody
		return "NotPrincipal", false
	case !slices.ContainsFunc(s.Principals, Principal.everyone):
		return "Principal", false
	case !s.Actions.covers(strings.ToLower(r.Action), action):
		return s.Actions.element("Action"), false
	case slices.ContainsFunc(s.Conditions, func(c Condition) bool { return !c.holds(r.Context) }):
		return "Condition", false
	case !s.Resources.covers(r.Resource, resource):
		return s.Resources.element("Resource"), false
	}
	return "", true
}

// Mentions reports whether a condition of the statement looks at a key.
func (s *Statement) Mentions(key string) bool {
	return slices.ContainsFunc(s.Conditions, func(c Condition) bool { return strings.EqualFold(c.Key, key) })
}

func (s Set) element(name string) string {
	if s.Not {
		return "Not" + name
	}
	return name
}

func (p Principal) everyone() bool { return p.Type == "AWS" && slices.Contains(p.IDs, "*") }

// holds reports whether a condition is true of every request that has the
// context. Names of keys may be written in any case (IAM user guide, "IAM JSON
// policy elements: Condition"); an operator that is not known holds for none.
func (c Condition) holds(context []ContextKey) bool {
	i := slices.IndexFunc(context, func(k ContextKey) bool { return strings.EqualFold(k.Name, c.Key) })
	if i < 0 {
		return false
	}
	key := context[i]
	quantifier, operator, quantified := strings.Cut(c.Operator, ":")
	if !quantified {
		quantifier, operator = "", quantifier
	}
	if operator == "Null" && !quantified {
		return c.has(func(v string) bool { return strings.EqualFold(v, trueOrFalse(key.Absent)) })
	}
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	equal, negated, known := comparison(operator)
	switch {
	case !known, quantified && quantifier != "ForAnyValue" && quantifier != "ForAllValues":
		return false
	case key.Absent && quantified: // all of no values are as they should be, and none is
		return quantifier == "ForAllValues"
	case key.Absent:
		return ifExists || negated // a value that is not there is not equal to any
	case (operator == "Bool") != key.isBool(): // AWS documents for each key which operators it takes
		return false
	}
	return c.has(func(v string) bool { return equal(v, key.Value) }) != negated
}

func (k ContextKey) isBool() bool { return k.Value == "true" || k.Value == "false" }

func (c Condition) has(value func(string) bool) bool { return slices.ContainsFunc(c.Values, value) }

func trueOrFalse(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// comparison is what an operator does with a value of the policy and the
// request's (IAM user guide, "IAM JSON policy elements: Condition operators").
func comparison(operator string) (equal func(policy, request string) bool, negated, ok bool) {
	same := func(policy, request string) bool { return policy == request }
	switch operator {
	case "Bool", "StringEqualsIgnoreCase":
		return strings.EqualFold, false, true
	case "StringEquals":
		return same, false, true
	case "StringLike":
		return Match, false, true
	case "StringNotEquals":
		return same, true, true
	case "StringNotEqualsIgnoreCase":
		return strings.EqualFold, true, true
	case "StringNotLike":
		return Match, true, true
	}
	return nil, false, false
}
