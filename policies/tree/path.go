package tree

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Step is one part of a path: a field name, a list index, or any list element.
type Step struct {
	Key   string
	Index int
}

const (
	isKey = -1
	isAny = -2
)

// Key is the step to a field.
func Key(name string) Step { return Step{Key: name, Index: isKey} }

// Index is the step to a list element.
func Index(i int) Step { return Step{Index: i} }

// Any is the step to every element of a list; only patterns have it.
func Any() Step { return Step{Index: isAny} }

// IsKey reports whether the step names a field.
func (s Step) IsKey() bool { return s.Index == isKey }

// IsAny reports whether the step stands for every element of a list.
func (s Step) IsAny() bool { return s.Index == isAny }

// container is the kind of value that has such steps.
func (s Step) container() Kind {
	if s.IsKey() {
		return Map
	}
	return List
}

// Path leads from the root of an object to a value. A path with Any steps is a pattern.
type Path []Step

// ParsePath reads a path as people write it: spec.list[0].name, spec.list[*].name
// or metadata.annotations["services.k8s.aws/region"].
func ParsePath(s string) (Path, error) {
	var path Path
	for rest := s; rest != ""; {
		step, tail, err := parseStep(rest, len(path) == 0)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", s, err)
		}
		path, rest = append(path, step), tail
	}
	return path, nil
}

func parseStep(s string, first bool) (Step, string, error) {
	if s[0] == '[' {
		inner, tail, ok := strings.Cut(s[1:], "]")
		if quoted, err := strconv.QuotedPrefix(s[1:]); err == nil && quoted[0] == '"' {
			name, _ := strconv.Unquote(quoted)
			tail, ok = strings.CutPrefix(s[1+len(quoted):], "]")
			if !ok {
				return Step{}, "", fmt.Errorf("missing ] after %s", quoted)
			}
			return Key(name), tail, nil
		}
		if !ok {
			return Step{}, "", fmt.Errorf("missing ]")
		}
		if inner == "*" {
			return Any(), tail, nil
		}
		i, err := strconv.Atoi(inner)
		if err != nil || strconv.Itoa(i) != inner || i < 0 {
			return Step{}, "", fmt.Errorf("bad index %q", inner)
		}
		return Index(i), tail, nil
	}
	if !first {
		if s[0] != '.' {
			return Step{}, "", fmt.Errorf("want . or [ before %q", s)
		}
		s = s[1:]
	}
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return Step{}, "", fmt.Errorf("empty field name")
	}
	return Key(s[:end]), s[end:], nil
}

// MustPath is ParsePath for paths that are written in the source; it panics on a bad one.
func MustPath(s string) Path {
	p, err := ParsePath(s)
	if err != nil {
		panic(err)
	}
	return p
}

// String writes the path as ParsePath reads it.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.IsAny():
			b.WriteString("[*]")
		case !s.IsKey():
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case s.Key == "" || strings.ContainsAny(s.Key, ".[]\"/ ") || !isPrintable(s.Key):
			b.WriteString("[" + strconv.Quote(s.Key) + "]")
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Key)
		}
	}
	return b.String()
}

func isPrintable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// Pattern is the path with every list index replaced by [*].
func (p Path) Pattern() Path {
	out := make(Path, len(p))
	for i, s := range p {
		if !s.IsKey() {
			s = Any()
		}
		out[i] = s
	}
	return out
}

// Pointer writes a concrete path as a JSON pointer (RFC 6901).
func (p Path) Pointer() string {
	var b strings.Builder
	for _, s := range p {
		b.WriteByte('/')
		if s.IsKey() {
			b.WriteString(strings.ReplaceAll(strings.ReplaceAll(s.Key, "~", "~0"), "/", "~1"))
			continue
		}
		b.WriteString(strconv.Itoa(s.Index))
	}
	return b.String()
}

// Child is the path with steps appended; p itself is never changed.
func (p Path) Child(steps ...Step) Path {
	return append(slices.Clip(p), steps...)
}

// Bind replaces the wildcards of a pattern by the indices that a concrete path
// has at the same places, as far as the two run together. So the instance type
// that governs a key in element 2 of a list is looked for in element 2.
func (p Path) Bind(concrete Path) Path {
	var out Path
	for i, s := range p {
		if i >= len(concrete) {
			break
		}
		c := concrete[i]
		if s.IsAny() && !c.IsKey() {
			if out == nil {
				out = p.Clone()
			}
			out[i] = c
			continue
		}
		if s != c {
			break
		}
	}
	if out == nil {
		return p
	}
	return out
}

// Walk calls visit with every place under root that the pattern names and whose
// first anchor steps exist (are not null). The value is nil if the rest of the
// path is absent; a wildcard past the anchor visits nothing then. Nor is
// anything visited where a value of another kind stands in the way (a string
// where the path goes on to a field): the field cannot be there. The path is
// only valid during the call: a visitor that keeps it must Clone it.
func (p Path) Walk(root *Node, anchor int, visit func(Path, *Node)) {
	p.WalkFrom(root, 0, anchor, visit)
}

// WalkFrom is Walk for who knows already that n is the value after so many
// steps of the path, none of which may be a wildcard.
func (p Path) WalkFrom(n *Node, steps, anchor int, visit func(Path, *Node)) {
	w := walker{pattern: p, anchor: anchor, path: p}
	if slices.ContainsFunc(p, Step.IsAny) {
		w.path = p.Clone()
	}
	w.walk(n, steps, visit)
}

// Clone is a copy of the path.
func (p Path) Clone() Path { return append(Path(nil), p...) }

type walker struct {
	pattern Path
	anchor  int
	path    Path
}

// walk hands visit down rather than keep it in the walker, where it would escape to the heap.
func (w *walker) walk(n *Node, depth int, visit func(Path, *Node)) {
	if depth > 0 && depth <= w.anchor && n.Absent() {
		return
	}
	if depth == len(w.pattern) {
		visit(w.path, n)
		return
	}
	s := w.pattern[depth]
	if n.Kind() != s.container() && (s.IsAny() || !n.Absent()) {
		return
	}
	if !s.IsAny() {
		w.walk(n.step(s), depth+1, visit)
		return
	}
	for i := range n.Len() {
		w.path[depth] = Index(i)
		w.walk(n.At(i), depth+1, visit)
	}
}
