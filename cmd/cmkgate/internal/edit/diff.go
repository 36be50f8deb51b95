package edit

import (
	"bytes"
	"fmt"
	"strconv"
)

// contextLines is how many lines that stay are shown around those that change.
const contextLines = 3

// Diff shows splices in the unified format, as git and patch take it; nil where
// there are none. It needs no search for what is different.
func Diff(name string, before []byte, splices []Splice) []byte {
	if len(splices) == 0 {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "--- a/%s\n+++ b/%s\n", name, name)
	d := differ{before: before, out: &b}
	for _, r := range regions(before, splices) {
		d.add(r)
	}
	d.end()
	return b.Bytes()
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
	if i := bytes.IndexByte(before[s.End:], '\n'); i >= 0 {
		return s.End + i + 1
	}
	return len(before)
}

// differ writes hunks. It comes by every line once.
type differ struct {
	before []byte
	out    *bytes.Buffer

	// at and line are how far it has come; moved is how many lines have come to
	// those before.
	at, line, moved int

	hunk     bytes.Buffer
	from     int // the first line of the hunk, from 0
	shift    int // what moved was there
	old, now int // lines of the hunk
	open     bool
}

func (d *differ) add(r region) {
	gap := linesOf(d.before[d.at:r.start])
	if d.open && len(gap) > 2*contextLines {
		d.keep(gap[:contextLines])
		d.flush()
		d.skip(gap[contextLines : len(gap)-contextLines])
		gap = gap[len(gap)-contextLines:]
	}
	if !d.open {
		before := max(len(gap)-contextLines, 0)
		d.skip(gap[:before])
		gap = gap[before:]
		d.open, d.from, d.shift = true, d.line, d.moved
	}
	d.keep(gap)
	removed, added := linesOf(d.before[r.start:r.end]), linesOf(r.text)
	for _, line := range removed {
		d.write('-', line)
	}
	for _, line := range added {
		d.write('+', line)
	}
	d.old += len(removed)
	d.now += len(added)
	d.at, d.line, d.moved = r.end, d.line+len(removed), d.moved+len(added)-len(removed)
}

func (d *differ) keep(lines [][]byte) {
	for _, line := range lines {
		d.write(' ', line)
	}
	d.old += len(lines)
	d.now += len(lines)
	d.skip(lines)
}

func (d *differ) skip(lines [][]byte) {
	for _, line := range lines {
		d.at += len(line)
	}
	d.line += len(lines)
}

func (d *differ) write(mark byte, line []byte) {
	d.hunk.WriteByte(mark)
	d.hunk.Write(line)
	if !bytes.HasSuffix(line, []byte("\n")) {
		d.hunk.WriteString("\n\\ No newline at end of file\n")
	}
}

// end shows the lines that follow the last region.
func (d *differ) end() {
	if rest := linesOf(d.before[d.at:]); d.open {
		d.keep(rest[:min(len(rest), contextLines)])
		d.flush()
	}
}

func (d *differ) flush() {
	fmt.Fprintf(d.out, "@@ -%s +%s @@\n", span(d.from, d.old), span(d.from+d.shift, d.now))
	d.hunk.WriteTo(d.out) //nolint:errcheck // memory
	d.hunk.Reset()
	d.open, d.old, d.now = false, 0, 0
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
	out := make([][]byte, 0, bytes.Count(text, []byte("\n"))+1)
	for line := range bytes.Lines(text) {
		out = append(out, line)
	}
	return out
}
