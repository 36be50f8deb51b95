package config

import "strings"

// overlap reports whether some name matches both of two patterns, in which
// * matches any characters and ? matches one.
//
// match[j] says for the rest of a that was looked at last, and the rest b[j:],
// whether the two overlap. The rests of a grow from nothing to all of it. A *
// either stands for nothing more, or for what the other pattern begins with.
func overlap(a, b string) bool {
	if !strings.ContainsAny(a+b, "*?") {
		return a == b
	}
	match := make([]bool, len(b)+1)
	match[len(b)] = true
	for j := len(b) - 1; j >= 0 && b[j] == '*'; j-- {
		match[j] = true
	}
	for i := len(a) - 1; i >= 0; i-- {
		diagonal := match[len(b)] // the answer for a[i+1:] and b[j+1:]
		match[len(b)] = diagonal && a[i] == '*'
		for j := len(b) - 1; j >= 0; j-- {
			below := match[j] // the answer for a[i+1:] and b[j:]
			switch {
			case a[i] == '*' || b[j] == '*':
				match[j] = below || match[j+1]
			case a[i] == b[j] || a[i] == '?' || b[j] == '?':
				match[j] = diagonal
			default:
				match[j] = false
			}
			diagonal = below
		}
	}
	return match[0]
}
