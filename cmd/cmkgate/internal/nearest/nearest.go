// Package nearest finds what was meant by a word that someone mistyped.
package nearest

import "strings"

// Of returns the name that is most likely meant by a word, "" when none is near.
func Of(word string, names []string) string {
	const longest = 64 // of a word that could be a typing mistake
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
