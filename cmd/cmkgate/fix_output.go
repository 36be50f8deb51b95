package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// destination is where what was fixed goes.
type destination int

const (
	// shown: a diff.
	shown destination = iota
	// written: the files themselves.
	written
	// streamed: standard output.
	streamed
)

// fixOutput tells what became of the files, and hands it on.
type fixOutput struct {
	stdout, stderr io.Writer
	options        report.Options
	stderrColor    bool
	progress       *progress
	input          *manifest.Input
	to             destination
	// folder is the working directory without links, once it was asked for.
	folder string

	// file is the one at hand.
	file *delivery

	files, changed, objects, fixes, enforced, left, problems int
}

// tell takes what became of the next piece.
func (o *fixOutput) tell(f fixed) error {
	o.progress.show(&report.Summary{Files: o.files, Objects: o.objects, Enforced: o.enforced})
	if f.first {
		if err := o.endFile(); err != nil {
			return err
		}
		o.files++
		o.file = o.newDelivery(&f.origin)
	}
	if len(f.fixes)+len(f.left)+len(f.problems) > 0 {
		o.progress.clear()
	}
	o.objects += f.objects
	f.move(o.file.moved)
	for i := range f.problems {
		o.problem(f.problems[i])
	}
	if f.batch.Problem != nil && !f.first {
		o.partly()
	}
	if err := o.file.add(&f); err != nil {
		return fmt.Errorf("hand on what was fixed: %w", err)
	}
	for i := range f.left {
		o.leave(&f.left[i])
	}
	return nil
}

func (o *fixOutput) problem(p manifest.Problem) {
	o.problems++
	fmt.Fprintln(o.stderr, p) //nolint:errcheck // it counts in the exit code too
}

// partly tells what becomes of a file that could be read only up to somewhere.
func (o *fixOutput) partly() {
	what := "what follows was left as it is"
	if o.to == written {
		what = "the file was left as it is"
	}
	fmt.Fprintln(o.stderr, "cmkgate: "+what+", and was not judged; cmkgate check judges it") //nolint:errcheck // a remark
}

// endFile counts what was fixed in the file at hand, once that is certain.
func (o *fixOutput) endFile() error {
	d := o.file
	if d == nil {
		return nil
	}
	o.file = nil
	if err := d.end(); err != nil {
		return fmt.Errorf("hand on what was fixed: %w", err)
	}
	o.fixes += d.fixes
	if d.fixes > 0 {
		o.changed++
	}
	return nil
}

// discard lets go of a file that was not written to its end.
func (o *fixOutput) discard() {
	if o.file != nil {
		o.file.discard()
	}
}

// done tells in words what edits of an object do.
func done(root *tree.Node, edits []policies.Edit) string {
	if len(edits) == 2 && edits[1].Value == nil && root.Find(edits[1].Path).Str() == edits[0].Value {
		return "renamed to " + edits[0].Path.String() + "."
	}
	parts := make([]string, len(edits))
	for i, e := range edits {
		place := ""
		if len(edits) > 1 {
			place = e.Path.String() + " "
		}
		was := ""
		if n := root.Find(e.Path); !n.Missing() && e.Within == nil {
			was = ", was " + quoted(n)
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

func quoted(n *tree.Node) string {
	const limit = 120
	if n.Kind() != tree.String {
		return "of type " + n.Kind().String()
	}
	if text := n.Text(); len(text) > limit {
		return strconv.Quote(strings.ToValidUTF8(text[:limit], "") + "…")
	}
	return strconv.Quote(n.Text())
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
			line += " " + l.patch
		}
		line += "\n"
	}
	io.WriteString(o.stderr, line) //nolint:errcheck // it counts in the exit code too
}

// close ends the last file and sums up.
func (o *fixOutput) close() error {
	if err := o.endFile(); err != nil || o.options.Quiet {
		return err
	}
	o.progress.clear()
	var b strings.Builder
	switch {
	case o.files == 0 && o.problems == 0:
		b.WriteString("no manifests (*.yaml, *.yml, *.json) found")
	case o.fixes == 0 && o.problems > 0 && o.to != shown:
		b.WriteString("nothing fixed in " + counted(o.files, "file"))
	case o.fixes == 0:
		b.WriteString("nothing to fix in " + counted(o.files, "file"))
	case o.to == shown:
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
	if o.to == shown && o.fixes > 0 {
		b.WriteString(". Add --write to make them")
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
	case o.enforced > 0, o.to == shown && o.fixes > 0:
		return exitError(exitFindings)
	}
	return nil
}
