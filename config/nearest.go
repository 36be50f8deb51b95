package config

import (
	"cmp"
	"slices"
	"strings"
)

// nearest sorts names by how near they are to a word that someone wrote, and
// tells whether the first is near enough to have been meant.
func nearest(word string, names []string) (sorted []string, meant bool) {
	sorted = slices.Clone(names)
	if len(word) > 64 || len(names) == 0 {
		return sorted, false
	}
	away := make(map[string]int, len(names))
	for _, name := range names {
		away[name] = distance(strings.ToLower(word), strings.ToLower(name))
	}
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(away[a], away[b]) })
	return sorted, away[sorted[0]] <= (max(len(word), len(sorted[0]))+1)/3
}

// distance is the number of characters to insert, delete or replace to make one
// word of the other (Levenshtein).
func distance(a, b string) int {
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
