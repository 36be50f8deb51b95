package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// Error is everything that is wrong with a configuration file.
type Error struct {
	// Source is the file's name.
	Source string
	// Problems are in the order of the file; there is at least one.
	Problems []Problem
	// More counts the problems beyond those, if there are very many.
	More int
}

// Error shows each problem on a line of its own: FILE:LINE:COLUMN: FIELD: what
// is wrong, and what to write.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	for i := range e.Problems {
		lines = append(lines, e.Source+":"+e.Problems[i].String())
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("%s: and %d more problems.", e.Source, e.More))
	}
	return strings.Join(lines, "\n")
}

// Problem is one thing that is wrong.
type Problem struct {
	// Line and Column count from 1. They are those of the value, or of the field's
	// name where the name is wrong, or of the nearest parent of what is missing.
	Line, Column int
	// Field is the path of the field, "" for the file as a whole.
	Field string
	// Problem is a sentence about the field, without the field.
	Problem string
	// Remedy is what to write instead.
	Remedy string
}

// String is LINE:COLUMN: FIELD: PROBLEM REMEDY.
func (p Problem) String() string {
	s := fmt.Sprintf("%d:%d: ", p.Line, p.Column)
	if p.Field != "" {
		s += p.Field + ": "
	}
	return strings.TrimSuffix(s+p.Problem+" "+p.Remedy, " ")
}

// maxProblems bounds a report: nobody reads on, and a hostile file could ask for a million.
const maxProblems = 100

// report collects problems. Of several about one field only the first is kept:
// the others follow from it.
type report struct {
	doc      *document
	problems []Problem
	more     int
	seen     map[string]bool
	// unread are the fields whose content could not be decoded: what is missing
	// in them is not news.
	unread map[string]bool
}

func newReport(doc *document) *report {
	return &report{doc: doc, seen: map[string]bool{}, unread: map[string]bool{}}
}

// at reports a problem with the value at a path, which may be absent.
func (r *report) at(path tree.Path, problem, remedy string) {
	for i := range path {
		if r.unread[path[:i+1].String()] {
			return
		}
	}
	r.add(path, problem, remedy, func() place {
		node, steps := r.doc.root.Nearest(path)
		if node.Absent() || steps < len(path) {
			return r.doc.nameOf(node)
		}
		return r.doc.valueOf(node)
	})
}

// atName reports a problem with the name of the field at a path.
func (r *report) atName(path tree.Path, problem, remedy string) {
	r.add(path, problem, remedy, func() place { return r.doc.nameOf(r.doc.root.Find(path)) })
}

// atNameOf is atName where the field is at hand; there may be two of that path.
func (r *report) atNameOf(n *tree.Node, path tree.Path, problem, remedy string) {
	r.add(path, problem, remedy, func() place { return r.doc.nameOf(n) })
}

// cannotRead reports a value that cannot be decoded.
func (r *report) cannotRead(n *tree.Node, path tree.Path, problem, remedy string) {
	r.unread[path.String()] = true
	r.add(path, problem, remedy, func() place { return r.doc.valueOf(n) })
}

// add asks for the place last, because to find one takes as long as its parents are wide.
func (r *report) add(path tree.Path, problem, remedy string, where func() place) {
	field := path.String()
	if r.seen[field] {
		return
	}
	r.seen[field] = true
	if len(r.problems) == maxProblems {
		r.more++
		return
	}
	at := where()
	r.problems = append(r.problems, Problem{at.line, at.column, shorten(field), problem, remedy})
}

// clean reports whether nothing was reported about a field or anything in it.
func (r *report) clean(path tree.Path) bool {
	return !slices.ContainsFunc(r.problems, func(p Problem) bool { return strings.HasPrefix(p.Field, path.String()) })
}

// error is what was reported, nil if nothing was.
func (r *report) error(source string) error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Field, b.Field))
	})
	return &Error{Source: source, Problems: r.problems, More: r.more}
}

// field is the path of a field from the top of the file.
func field(names ...string) tree.Path {
	path := make(tree.Path, len(names))
	for i, name := range names {
		path[i] = tree.Key(name)
	}
	return path
}

// element is the path of an element of a list.
func element(list tree.Path, i int) tree.Path { return list.Child(tree.Index(i)) }

// quote shows what a person wrote: escaped, and cut where it would drown the message.
func quote(s string) string { return strconv.Quote(shorten(s)) }

func shorten(s string) string {
	const limit = 120
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

// oneOf lists choices in a sentence: a, b or c.
func oneOf(choices []string) string {
	if len(choices) < 2 {
		return strings.Join(choices, "")
	}
	last := len(choices) - 1
	return strings.Join(choices[:last], ", ") + " or " + choices[last]
}
