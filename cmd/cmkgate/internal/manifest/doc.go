// Package manifest reads Kubernetes manifests: files, folders and standard
// input, split into documents and parsed to objects that know their place in
// the file.
//
// Nothing is held longer than needed. A folder is walked, not listed; a large
// file is read document by document; an object lives until it is evaluated.
package manifest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Problem is input that cannot be evaluated, or not for certain.
type Problem struct {
	File string
	// Line and Column count from 1; both are 0 if the file as a whole is meant.
	Line, Column int
	// Text is a sentence about the place.
	Text string
	// Template is set where the input is fine, but has to be rendered first.
	Template Template
}

// String is FILE:LINE:COLUMN: TEXT, in one line whatever the file is called.
func (p Problem) String() string {
	if p.Line == 0 {
		return Printable(p.File) + ": " + Printable(p.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", Printable(p.File), p.Line, p.Column, Printable(p.Text))
}

// Printable escapes a text that holds line breaks or other control characters: a
// manifest from a stranger must not write lines of its own into a log.
func Printable(s string) string {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}
