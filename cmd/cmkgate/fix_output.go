package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/fix"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
)

// fixOutput says what became of the files.
type fixOutput struct {
	fix.Sink
	stderr      io.Writer
	options     report.Options
	stderrColor bool
	progress    *progress

	files, objects, enforced, left, problems int
}

// tell takes the result of the next piece.
func (o *fixOutput) tell(p fix.Piece) error {
	o.progress.show(&report.Summary{Files: o.files, Objects: o.objects, Enforced: o.enforced})
	if len(p.Fixes)+len(p.Left)+len(p.Problems) > 0 {
		o.progress.clear()
	}
	if err := o.Place(&p); err != nil {
		return err //nolint:wrapcheck // it says what could not be done
	}
	if p.First() {
		o.files++
	}
	o.objects += p.Objects
	for i := range p.Problems {
		o.problem(p.Problems[i])
	}
	if p.Unread() && !p.First() {
		o.partly()
	}
	if err := o.Add(&p); err != nil {
		return err //nolint:wrapcheck // likewise
	}
	for i := range p.Left {
		o.leave(&p.Left[i])
	}
	return nil
}

func (o *fixOutput) problem(p manifest.Problem) {
	o.problems++
	fmt.Fprintln(o.stderr, p) //nolint:errcheck // it counts in the exit code too
}

// partly says what happens to a file that could be read only in part.
func (o *fixOutput) partly() {
	what := "the rest was left unchanged"
	if o.To == fix.Files {
		what = "the file was left unchanged"
	}
	fmt.Fprintln(o.stderr, "cmkgate: "+what+", and was not checked; run cmkgate check on it") //nolint:errcheck // a remark
}

// fixed is a line on a fix that was made.
func (o *fixOutput) fixed(f *fix.Fix) string {
	return report.FixedLine(&f.Result, f.Done, o.options)
}

// coloring colors a diff.
type coloring struct{ w io.Writer }

func (c coloring) Write(diff []byte) (int, error) {
	_, err := c.w.Write(colored(diff))
	return len(diff), err //nolint:wrapcheck // who writes says what could not be done
}

// colored is a diff for a terminal, without control characters from the manifest.
func colored(text []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		color := ""
		switch {
		case bytes.HasPrefix(line, []byte("---")), bytes.HasPrefix(line, []byte("+++")), bytes.HasPrefix(line, []byte("diff ")):
			color = "\x1b[1m"
		case bytes.HasPrefix(line, []byte("-")):
			color = "\x1b[31m"
		case bytes.HasPrefix(line, []byte("+")):
			color = "\x1b[32m"
		case bytes.HasPrefix(line, []byte("@@")):
			color = "\x1b[36m"
		}
		b.WriteString(color)
		for _, r := range string(line) {
			if r != '\t' && !strconv.IsPrint(r) {
				r = '\uFFFD'
			}
			b.WriteRune(r)
		}
		if color != "" {
			b.WriteString("\x1b[0m")
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// leave prints what is left to a person, in the words of check, and why.
func (o *fixOutput) leave(l *fix.Left) {
	o.left++
	denied := report.SeverityOf(&l.Result) == report.Denied
	if denied {
		o.enforced++
	}
	if o.options.Quiet && !denied {
		return
	}
	line := report.Line(&l.Result, report.Options{Color: o.stderrColor})
	if l.Why != nil {
		line += "  left alone: " + l.Why.Error() + "."
		if l.Patch != "" {
			line += " " + l.Patch
		}
		line += "\n"
	}
	io.WriteString(o.stderr, line) //nolint:errcheck // it counts in the exit code too
}

// close ends the last file and sums up.
func (o *fixOutput) close() error {
	if err := o.End(); err != nil || o.options.Quiet {
		return err //nolint:wrapcheck // it says what could not be done
	}
	o.progress.clear()
	var b strings.Builder
	switch {
	case o.files == 0 && o.problems == 0:
		b.WriteString("no manifests (*.yaml, *.yml, *.json) found")
	case o.Fixes == 0 && o.problems > 0 && o.To != fix.Diff:
		b.WriteString("nothing fixed in " + counted(o.files, "file"))
	case o.Fixes == 0:
		b.WriteString("nothing to fix in " + counted(o.files, "file"))
	case o.To == fix.Diff:
		b.WriteString(counted(o.Fixes, "fix") + " to apply in " + counted(o.Changed, "file"))
	default:
		b.WriteString(counted(o.Fixes, "fix") + " applied in " + counted(o.Changed, "file"))
	}
	if o.left > 0 {
		b.WriteString(", " + counted(o.left, "finding") + " left")
	}
	if o.problems > 0 {
		b.WriteString(", " + counted(o.problems, "error"))
	}
	if o.To == fix.Diff && o.Fixes > 0 {
		b.WriteString("; apply with --write")
	}
	fmt.Fprintln(o.stderr, "cmkgate:", b.String()) //nolint:errcheck // a remark
	return nil
}

func counted(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "x"):
		return strconv.Itoa(n) + " " + noun + "es"
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func (o *fixOutput) verdict() error {
	switch {
	case o.problems > 0:
		return exitError(exitBadInput)
	case o.enforced > 0, o.To == fix.Diff && o.Fixes > 0:
		return exitError(exitFindings)
	}
	return nil
}
