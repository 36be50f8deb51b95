package iam

import "strings"

// Patterns have * for any characters and ? for one (IAM user guide, "IAM JSON
// policy elements: Resource"). A scope is what a request may be about: an exact
// text, or with a final * every text that goes on from there.

// Match reports whether a pattern matches a text. It takes time in
// proportion to the product of their lengths at worst.
func Match(pattern, text string) bool {
	star, mark, i, j := -1, 0, 0, 0
	for j < len(text) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == text[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// covers reports whether a pattern matches everything in a scope. What goes
// on from a text is never empty: there is no object without a key.
func covers(pattern, scope string) bool {
	begin, all := strings.CutSuffix(scope, "*")
	if !all {
		return Match(pattern, scope)
	}
	// No pattern has this byte, since JSON is UTF-8, so only a wildcard takes it,
	// as it would any other; and the * that ends the pattern takes what follows.
	const other = "\xff"
	end := strings.TrimRight(pattern, "*?")
	wildcards := pattern[len(end):]
	return strings.Contains(wildcards, "*") && Match(end+strings.Repeat("?", strings.Count(wildcards, "?"))+"*", begin+other)
}

// meets reports whether a pattern may match something in a scope.
func meets(pattern, scope string) bool {
	begin, all := strings.CutSuffix(scope, "*")
	if !all {
		return Match(pattern, scope)
	}
	for i := range len(begin) {
		switch {
		case i == len(pattern):
			return false
		case pattern[i] == '*':
			return true
		case pattern[i] != '?' && pattern[i] != begin[i]:
			return false
		}
	}
	return len(pattern) > len(begin)
}

// covers reports whether all of a scope is in the set.
func (s Set) covers(scope string, read func(pattern, scope string) string) bool {
	for _, p := range s.Patterns {
		p = read(p, scope)
		if s.Not && meets(p, scope) {
			return false
		}
		if !s.Not && covers(p, scope) {
			return true
		}
	}
	return s.Not
}

// action is a pattern of actions: upper and lower case are the same (IAM user
// guide, "IAM JSON policy elements: Action").
func action(pattern, _ string) string { return strings.ToLower(pattern) }

// resource is a pattern of ARNs. One of another partition than the scope's
// counts as if it were of the same: AWS takes no other, and which partition a
// manifest goes to may not be known.
func resource(pattern, scope string) string {
	parts, own := strings.SplitN(pattern, ":", 3), strings.SplitN(scope, ":", 3)
	if len(parts) < 3 || len(own) < 3 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") || strings.ContainsAny(parts[1], "*?") {
		return pattern
	}
	return "arn:" + own[1] + ":" + parts[2]
}
