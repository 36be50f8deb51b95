// Package nearest finds the intended word for a misspelled one.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// longest is the length of a word that could be a typing mistake.
const longest = 64

// Of returns the name that is most likely meant by a word, "" if none is near.
func Of(word string, names []string) string {
	if len(word) > longest {
		return ""
	}
	best, bestDistance := "", len(word)/2+1
	for _, name := range names {
		if d := Distance(strings.ToLower(word), strings.ToLower(name)); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// Sorted sorts names by how near they are to a word, and reports whether the
// first is near enough to have been meant.
func Sorted(word string, names []string) (sorted []string, meant bool) {
	sorted = slices.Clone(names)
	if len(word) > longest || len(names) == 0 {
		return sorted, false
	}
	away := make(map[string]int, len(names))
	for _, name := range names {
		away[name] = Distance(strings.ToLower(word), strings.ToLower(name))
	}
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(away[a], away[b]) })
	return sorted, away[sorted[0]] <= (max(len(word), len(sorted[0]))+1)/3
}

// Distance is the number of characters to insert, delete or replace to make one
// word of the other (Levenshtein).
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
