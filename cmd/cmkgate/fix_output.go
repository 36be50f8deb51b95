package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func (o *fixOutput) tell(f fixed) error {
	o.progress.show(&report.Summary{Files: o.files, Objects: o.objects, Enforced: o.enforced})
	o.files++
	o.objects += f.objects
	o.fixes += len(f.fixes)
	o.problems += len(f.problems)
	if len(f.fixes) > 0 {
		o.changed++
	}
	if len(f.fixes)+len(f.left)+len(f.problems) > 0 {
		o.progress.clear()
	}
	for i := range f.problems {
		fmt.Fprintln(o.stderr, f.problems[i]) //nolint:errcheck // it counts in the exit code too
	}
	if err := o.show(&f); err != nil {
		return fmt.Errorf("write what was fixed: %w", err)
	}
	for i := range f.left {
		o.leave(&f.left[i])
	}
	return nil
}

// show writes the content, the diff, or a line for each fix.
func (o *fixOutput) show(f *fixed) error {
	switch {
	case o.stream:
		_, err := o.stdout.Write(f.after)
		return err //nolint:wrapcheck // tell says what could not be done
	case len(f.fixes) == 0:
		return nil
	case o.diff:
		_, err := o.stdout.Write(o.unified(f))
		return err //nolint:wrapcheck // likewise
	case o.options.Quiet:
		return nil
	}
	var b strings.Builder
	for i := range f.fixes {
		b.WriteString(report.FixedLine(&f.fixes[i].Result, f.fixes[i].done(), o.options))
	}
	_, err := io.WriteString(o.stdout, b.String())
	return err //nolint:wrapcheck // likewise
}

// done tells in words what was done.
func (f *fix) done() string {
	if len(f.edits) == 2 && f.edits[1].Value == nil && f.was[1].Str() == f.edits[0].Value {
		return "renamed to " + f.edits[0].Path.String() + "."
	}
	parts := make([]string, len(f.edits))
	for i, e := range f.edits {
		place := ""
		if len(f.edits) > 1 {
			place = e.Path.String() + " "
		}
		was := ""
		if n := f.was[i]; !n.Missing() && e.Within == nil {
			was = ", was " + shown(n)
		}
		switch e.Value {
		case nil:
			parts[i] = place + "removed" + was
		default:
			parts[i] = place + "set to " + fmt.Sprint(e.Value) + was
		}
	}
	return strings.Join(parts, "; ") + "."
}

func shown(n *tree.Node) string {
	const limit = 120
	if n.Kind() != tree.String {
		return "of type " + n.Kind().String()
	}
	if text := n.Text(); len(text) > limit {
		return strconv.Quote(strings.ToValidUTF8(text[:limit], "") + "…")
	}
	return strconv.Quote(n.Text())
}

func (o *fixOutput) unified(f *fixed) []byte {
	name := strings.TrimPrefix(filepath.ToSlash(filepath.Clean(f.file)), "/")
	text := edit.Diff(name, f.before, f.splices)
	if o.options.Color {
		text = colored(text)
	}
	return text
}

// colored is a diff for a terminal, to which a manifest must not talk.
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

// leave tells what is left to a person, in the words of check, and why.
func (o *fixOutput) leave(l *left) {
	o.left++
	denied := l.Mode == policies.Enforce && !l.Inject
	if denied {
		o.enforced++
	}
	if o.options.Quiet && !denied {
		return
	}
	line := report.Line(&l.Result, report.Options{Color: o.stderrColor})
	if l.why != nil {
		line += "  left alone: " + l.why.Error() + "."
		if l.patch != "" {
			line += " As a JSON patch of the object: " + l.patch
		}
		line += "\n"
	}
	io.WriteString(o.stderr, line) //nolint:errcheck // it counts in the exit code too
}

// close sums up.
func (o *fixOutput) close() {
	if o.options.Quiet {
		return
	}
	o.progress.clear()
	var b strings.Builder
	switch {
	case o.files == 0 && o.problems == 0:
		b.WriteString("no manifests (*.yaml, *.yml, *.json) found")
	case o.fixes == 0:
		b.WriteString("nothing to fix in " + counted(o.files, "file"))
	case o.diff:
		b.WriteString(counted(o.fixes, "fix") + " to make in " + counted(o.changed, "file"))
	default:
		b.WriteString(counted(o.fixes, "fix") + " made in " + counted(o.changed, "file"))
	}
	if o.left > 0 {
		b.WriteString(", " + counted(o.left, "finding") + " left")
	}
	if o.problems > 0 {
		b.WriteString(", " + counted(o.problems, "error"))
	}
	if o.diff && o.fixes > 0 {
		b.WriteString(". Add --write to make them")
	}
	fmt.Fprintln(o.stderr, "cmkgate:", b.String()) //nolint:errcheck // a remark
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
	case o.enforced > 0, o.diff && o.fixes > 0:
		return exitError(exitFindings)
	}
	return nil
}
