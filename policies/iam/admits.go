package iam

import (
	"slices"
	"strings"
)

// Admits reports whether a policy lets a principal make some request of a kind:
// a statement allows it, names the principal, and has no condition that can
// never hold; and no other statement is sure to deny it. A condition on a key
// that is not in the context of the request is one that can hold. It returns
// the statement, and which of the principal's IDs that names.
func (p *Policy) Admits(principal Principal, r Request) (allowing *Statement, id string, ok bool) {
	for i := range p.Statements {
		s := &p.Statements[i]
		if !s.mayAllow(principal, r) {
			continue
		}
		for _, scope := range s.Resources.within(r.Resource) {
			narrowed := r
			narrowed.Resource = scope
			if !slices.ContainsFunc(p.Statements, func(d Statement) bool { return d.deniesTo(principal, narrowed) }) {
				return s, principal.sharedID(s.Principals), true
			}
		}
	}
	return nil, "", false
}

// mayAllow reports whether a statement allows some request of a kind.
func (s *Statement) mayAllow(principal Principal, r Request) bool {
	return s.Effect == Allow && !s.NotPrincipal && slices.ContainsFunc(s.Principals, principal.sharesID) &&
		s.Actions.covers(strings.ToLower(r.Action), action) &&
		len(s.Resources.within(r.Resource)) > 0 &&
		canHold(s.Conditions, r.Context)
}

// deniesTo reports whether a statement denies every request of a kind that the
// principal makes.
func (s *Statement) deniesTo(principal Principal, r Request) bool {
	if s.Effect == Deny && !s.NotPrincipal && slices.ContainsFunc(s.Principals, principal.sharesID) {
		everyone := *s
		everyone.Principals = []Principal{{Type: "AWS", IDs: []string{"*"}}}
		s = &everyone
	}
	_, denied := s.Denies(r)
	return denied
}

// sharedID is the first of the principal's IDs that is among others.
func (p Principal) sharedID(others []Principal) string {
	for _, id := range p.IDs {
		if slices.ContainsFunc(others, Principal{Type: p.Type, IDs: []string{id}}.sharesID) {
			return id
		}
	}
	return ""
}

func (p Principal) sharesID(other Principal) bool {
	return p.Type == other.Type && slices.ContainsFunc(p.IDs, func(id string) bool { return slices.Contains(other.IDs, id) })
}

// within returns the parts of a scope that a set of resources leaves: of a
// pattern that is narrower than the scope and ends with its only wildcard, the
// pattern; otherwise the whole scope, where something of it is in the set.
func (s Set) within(scope string) []string {
	if s.Not {
		if slices.ContainsFunc(s.Patterns, func(p string) bool { return covers(resource(p, scope), scope) }) {
			return nil
		}
		return []string{scope}
	}
	var parts []string
	for _, pattern := range s.Patterns {
		pattern = resource(pattern, scope)
		if len(pattern) > longestARN || len(parts) == mostParts || !meets(pattern, scope) {
			continue
		}
		text := strings.TrimSuffix(pattern, "*")
		if strings.ContainsAny(text, "*?") || !strings.HasPrefix(text, strings.TrimSuffix(scope, "*")) {
			pattern = scope
		}
		if !slices.Contains(parts, pattern) {
			parts = append(parts, pattern)
		}
	}
	return parts
}

// What is looked at of a statement, far above what statements have in earnest,
// so that hostile ones cost little: what is beyond admits nothing.
const (
	longestARN      = 1200 // the key of an object has 1024 bytes at most (S3 user guide, "Naming Amazon S3 objects")
	mostParts       = 8
	mostValueBytes  = 4096
	mostCandidates  = 32
	longestTryValue = 64
)

// canHold reports whether all conditions can be true of one request.
func canHold(conditions []Condition, context []ContextKey) bool {
	size := 0
	for _, c := range conditions {
		for _, v := range c.Values {
			size += len(v)
		}
	}
	if size > mostValueBytes {
		return false
	}
	for i, c := range conditions {
		about := func(other Condition) bool { return strings.EqualFold(other.Key, c.Key) }
		if slices.ContainsFunc(conditions[:i], about) {
			continue // decided with the first that looks at the key
		}
		var all []Condition
		for _, other := range conditions[i:] {
			if about(other) {
				all = append(all, other)
			}
		}
		if !holdTogether(all, context) {
			return false
		}
	}
	return true
}

// holdTogether reports whether one value of a key satisfies all conditions on
// it: one of those that requests of the kind can have, or where nothing is known
// of the key, any value that the conditions name, another one, or none.
func holdTogether(conditions []Condition, context []ContextKey) bool {
	var known []ContextKey
	for _, k := range context {
		if strings.EqualFold(k.Name, conditions[0].Key) {
			known = append(known, k)
		}
	}
	if len(known) == 0 {
		known = candidates(conditions)
	}
	return slices.ContainsFunc(known, func(k ContextKey) bool {
		return !slices.ContainsFunc(conditions, func(c Condition) bool { return !c.canHoldFor(k) })
	})
}

func candidates(conditions []Condition) []ContextKey {
	name := conditions[0].Key
	all := []ContextKey{{Name: name, Absent: true}, {Name: name, Value: "any other value"}, {Name: name, Value: "true"}, {Name: name, Value: "false"}}
	for _, c := range conditions {
		for _, v := range c.Values {
			if len(all) < mostCandidates && len(v) <= longestTryValue {
				all = append(all, ContextKey{Name: name, Value: v})
			}
		}
	}
	return all
}

// canHoldFor reports whether a condition can be true of a value, which ends with
// * where any that goes on from there is one. Operators that are not compared
// here (numbers, dates, addresses) can be true of every value. Patterns of ARNs
// match as those of strings do.
func (c Condition) canHoldFor(k ContextKey) bool {
	c.Operator = strings.NewReplacer(
		"ArnEquals", "StringLike", "ArnLike", "StringLike", "ArnNotEquals", "StringNotLike", "ArnNotLike", "StringNotLike",
	).Replace(c.Operator)
	operator := c.Operator[strings.LastIndexByte(c.Operator, ':')+1:]
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	_, negated, known := comparison(operator)
	switch {
	case !known && operator != "Null":
		return !k.Absent || ifExists
	case known && !negated && strings.HasSuffix(k.Value, "*"):
		return c.has(func(v string) bool { return meets(resource(v, k.Value), k.Value) })
	}
	return c.holds([]ContextKey{{Name: c.Key, Value: k.Value, Absent: k.Absent}})
}
