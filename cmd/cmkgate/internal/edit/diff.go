package edit

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// contextLines is how many lines that stay are shown around those that change.
const contextLines = 3

// Diff shows splices in the unified format, as git and patch take it; nil if
// there are none.
func Diff(name string, before []byte, splices []Splice) []byte {
	d := NewDiffer(name)
	return append(d.Add(before, splices), d.End()...)
}

// Differ makes a diff of a file that comes piece by piece. It holds no more of it
// than the hunk at hand, and needs no search for what is different. Libraries
// (go-udiff) want the file as a whole, count its lines again for each change, and
// do not quote names.
type Differ struct {
	name string
	out  bytes.Buffer
	// line counts the lines so far, moved how many there are more of them by now.
	line, moved int
	begun       bool

	// last are the lines before the next change that stay, as many as are shown.
	last [][]byte

	hunk bytes.Buffer
	open bool
	// from is the first line of the hunk, from 0, and to where it has moved.
	from, to int
	// old and now are the lines of the hunk.
	old, now int
	// pending are the lines behind its last change.
	pending [][]byte
}

// NewDiffer begins the diff of a file.
func NewDiffer(name string) *Differ { return &Differ{name: name} }

// Add takes the next piece of the file, which ends with a line unless the file
// does not, and returns what can be reported of the diff.
func (d *Differ) Add(before []byte, splices []Splice) []byte {
	at := 0
	for _, r := range regions(before, splices) {
		d.keep(before[at:r.start])
		d.change(linesOf(before[r.start:r.end]), linesOf(r.text))
		at = r.end
	}
	d.keep(before[at:])
	return d.told()
}

// End returns the rest of the diff.
func (d *Differ) End() []byte {
	if d.open {
		d.close()
	}
	return d.told()
}

func (d *Differ) told() []byte {
	text := bytes.Clone(d.out.Bytes())
	d.out.Reset()
	return text
}

// keep takes lines that stay.
func (d *Differ) keep(text []byte) {
	for d.open && len(text) > 0 {
		line := text[:lineLength(text)]
		text = text[len(line):]
		d.pending = append(d.pending, line)
		d.line++
		if len(d.pending) > 2*contextLines {
			d.close()
		}
	}
	if len(text) > 0 {
		d.line += lineCount(text)
		d.last = lastOf(append(d.last, lastLines(text)...))
	}
}

// change takes lines that become others.
func (d *Differ) change(removed, added [][]byte) {
	if !d.open {
		d.open, d.from, d.to = true, d.line-len(d.last), d.line-len(d.last)+d.moved
		d.pending, d.last = d.last, nil
	}
	d.write(' ', d.pending)
	d.write('-', removed)
	d.write('+', added)
	d.old += len(d.pending) + len(removed)
	d.now += len(d.pending) + len(added)
	d.line += len(removed)
	d.moved += len(added) - len(removed)
	d.pending = nil
}

// close ends the hunk.
func (d *Differ) close() {
	shown := d.pending[:min(len(d.pending), contextLines)]
	d.write(' ', shown)
	d.last, d.pending = lastOf(d.pending), nil
	if !d.begun {
		d.begun = true
		fmt.Fprintf(&d.out, "--- %s\n+++ %s\n", fileName("a/"+d.name), fileName("b/"+d.name))
	}
	fmt.Fprintf(&d.out, "@@ -%s +%s @@\n", span(d.from, d.old+len(shown)), span(d.to, d.now+len(shown)))
	d.hunk.WriteTo(&d.out) //nolint:errcheck // memory
	d.hunk.Reset()
	d.open, d.old, d.now = false, 0, 0
}

func (d *Differ) write(mark byte, lines [][]byte) {
	for _, line := range lines {
		d.hunk.WriteByte(mark)
		d.hunk.Write(line)
		if !bytes.HasSuffix(line, []byte("\n")) {
			d.hunk.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// fileName writes a name so that git and patch find its end: behind a blank a tab
// has to follow, and what would break the line is quoted as in C.
func fileName(name string) string {
	special := func(c byte) bool { return c < ' ' || c == 0x7F || c == '"' || c == '\\' }
	if !slices.ContainsFunc([]byte(name), special) {
		if strings.Contains(name, " ") {
			name += "\t"
		}
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(name) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case special(c):
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// region is a run of whole lines that become others.
type region struct {
	start, end int
	text       []byte
}

// regions widens splices to whole lines.
func regions(before []byte, splices []Splice) []region {
	var out []region
	for i := 0; i < len(splices); {
		r := region{start: bytes.LastIndexByte(before[:splices[i].Start], '\n') + 1}
		first := i
		for ; i < len(splices) && (i == first || splices[i].Start < r.end); i++ {
			r.end = max(r.end, lineEndOf(before, splices[i], r.start))
		}
		inside := make([]Splice, 0, i-first)
		for _, s := range splices[first:i] {
			inside = append(inside, Splice{s.Start - r.start, s.End - r.start, s.Text})
		}
		r.text = Apply(before[r.start:r.end], inside)
		out = append(out, r)
	}
	return out
}

// lineEndOf is how far the lines go that a splice changes: not at all where it
// puts in whole lines.
func lineEndOf(before []byte, s Splice, lineStart int) int {
	whole := s.Text == "" || s.Text[len(s.Text)-1] == '\n'
	atStart := s.End == 0 || before[s.End-1] == '\n'
	if whole && atStart && (s.Start == lineStart || before[s.Start-1] == '\n') {
		return s.End
	}
	return s.End + lineLength(before[s.End:])
}

// span is a run of lines as the head of a hunk names it; the line before stands
// for a run of none.
func span(from, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return strconv.Itoa(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, n)
}

func linesOf(text []byte) [][]byte {
	return slices.AppendSeq(make([][]byte, 0, lineCount(text)), bytes.Lines(text))
}

// lineLength is that of the first line, with its end.
func lineLength(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

func lineCount(text []byte) int {
	n := bytes.Count(text, []byte("\n"))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// lastLines are the last lines of a text, as many as are shown.
func lastLines(text []byte) [][]byte {
	begin := max(len(text)-1, 0)
	for range contextLines {
		begin = bytes.LastIndexByte(text[:begin], '\n')
		if begin < 0 {
			return linesOf(text)
		}
	}
	return linesOf(text[begin+1:])
}

func lastOf(lines [][]byte) [][]byte {
	return slices.Clone(lines[max(len(lines)-contextLines, 0):])
}
