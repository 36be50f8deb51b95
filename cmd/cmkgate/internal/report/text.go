package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
)

// text is the format for people: one line a finding, in the words of the
// webhook, with a place that editors and terminals can jump to.
type text struct {
	Options
	w io.Writer
	// fixable counts the reported findings that cmkgate fix can fix.
	fixable int
}

const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	green  = "\x1b[32m"
	bold   = "\x1b[1m"
	reset  = "\x1b[0m"
)

func (t *text) paint(color, s string) string {
	if !t.Color {
		return s
	}
	return color + s + reset
}

func (t *text) Write(batch *Batch) error {
	var b strings.Builder
	for i := range batch.Results {
		r := &batch.Results[i]
		if t.Quiet && SeverityOf(r) != Denied {
			continue
		}
		if len(r.Fix) > 0 && r.Rendered == "" {
			t.fixable++
		}
		b.WriteString(t.line(r, t.mark(r)))
	}
	return write(t.w, b.String())
}

// line is a result in one line; one without a file stands alone.
func (t *text) line(r *Result, mark string) string {
	line := fmt.Sprintf("%s: %s [%s]\n", mark, sentence(r), label(r))
	if r.File == "" {
		return line
	}
	return t.paint(bold, place(r)+":") + " " + line
}

// Line is a result as the format text shows it.
func Line(r *Result, o Options) string {
	t := &text{Options: o}
	return t.line(r, t.mark(r))
}

// FixedLine is the same for a result that was fixed, with what was done.
func FixedLine(r *Result, done string, o Options) string {
	t := &text{Options: o}
	was := *r
	was.Message = done
	return t.line(&was, t.paint(green, "fixed"))
}

func subject(r *Result) string {
	if r.Namespace != "" {
		return r.Kind + " " + r.Namespace + "/" + r.Name
	}
	return strings.TrimSpace(r.Kind + " " + r.Name)
}

func (t *text) mark(r *Result) string {
	s := SeverityOf(r)
	if color, ok := map[Severity]string{Denied: red, Warning: yellow, Injected: green}[s]; ok {
		return t.paint(color, s.String())
	}
	return s.String()
}

func (t *text) Close(s Summary) error {
	if t.Quiet {
		return nil
	}
	return write(t.w, t.summary(&s)+"\n")
}

// summary is the last line.
func (t *text) summary(s *Summary) string {
	verdict := t.paint(green, "admitted")
	switch {
	case s.Enforced > 0:
		verdict = t.paint(red, fmt.Sprintf("%d denied", s.Enforced))
	case s.Errors > 0:
		verdict = t.paint(red, "not everything could be read")
	case s.Objects == 0:
		verdict = t.paint(yellow, "nothing was checked: no SageMaker or S3 objects")
	}
	parts := []string{verdict}
	for _, part := range []struct {
		n          int
		noun, rest string
	}{{s.Injected, "key", " set at admission"}, {s.Warnings, "warning", ""}, {s.Audited, "audit finding", ""}, {s.Errors, "error", ""}} {
		if part.n > 0 {
			parts = append(parts, count(part.n, part.noun)+part.rest)
		}
	}
	summary := fmt.Sprintf("%s in %s: %s", count(s.Objects, "object"), count(s.Files, "file"), strings.Join(parts, ", "))
	if len(s.NotCovered) > 0 {
		summary += "\n" + notCovered(s.NotCovered)
	}
	if t.fixable > 0 {
		summary += fmt.Sprintf("\ncmkgate fix FILE can fix %s.", t.fixableOf(s))
	}
	return summary
}

// notCovered lists what was skipped: silence would look like coverage.
func notCovered(kinds map[string]int) string {
	const most = 10
	all := 0
	var names []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		all += kinds[kind]
		names = append(names, manifest.Printable(fmt.Sprintf("%s (%d)", kind, kinds[kind])))
	}
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more kinds", len(names)-most))
	}
	return fmt.Sprintf("Not checked: %s of ACK services that cmkgate does not cover: %s.", count(all, "object"), strings.Join(names, ", "))
}

// fixableOf is how many of the findings can be fixed.
func (t *text) fixableOf(s *Summary) string {
	switch all := s.Enforced + s.Warnings + s.Audited + s.Injected; {
	case t.fixable == all && all == 1:
		return "it"
	case t.fixable == all:
		return "all of this"
	}
	return fmt.Sprintf("%d of these", t.fixable)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
