package main

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/rewrite"
)

// delivery hands one file on, piece by piece, to where it goes. It holds one
// piece of it at a time.
type delivery struct {
	*fixOutput
	file string
	// size is that of the pieces so far, as they were, and moved how many more
	// lines they have now.
	size  int64
	moved int
	fixes int

	differ *edit.Differ
	// replacement is what a file that came in pieces becomes, once one of them
	// has changed; told is what to say when it is in its place.
	replacement *rewrite.Replacement
	failed      bool
	told        strings.Builder
}

func (o *fixOutput) newDelivery(from *origin) *delivery {
	return &delivery{fixOutput: o, file: from.batch.File, differ: edit.NewDiffer(o.diffName(from))}
}

// diffName is how git apply and patch -p1 find the file from the working
// directory, or where it lies elsewhere from the root: they follow no links.
func (o *fixOutput) diffName(from *origin) string {
	if from.real == "" {
		return from.batch.File
	}
	if o.folder == "" {
		if here, err := filepath.Abs("."); err == nil {
			o.folder, _ = filepath.EvalSymlinks(here) // where it fails, every file lies elsewhere
		}
	}
	name, err := filepath.Rel(o.folder, from.real)
	if err != nil || !filepath.IsLocal(name) {
		name = strings.TrimPrefix(from.real, filepath.VolumeName(from.real))
	}
	return strings.TrimPrefix(filepath.ToSlash(name), "/")
}

// add takes the next piece of the file.
func (d *delivery) add(f *fixed) error {
	var err error
	switch d.to {
	case streamed:
		err = d.stream(f)
	case shown:
		err = d.show(d.differ.Add(f.before, f.splices))
	case written:
		d.write(f)
	}
	if err != nil {
		return err
	}
	d.size += int64(len(f.before))
	if d.failed {
		return nil
	}
	d.fixes += len(f.fixes)
	if d.to != shown {
		d.moved += lineBreaks(f.after) - lineBreaks(f.before)
	}
	return nil
}

// stream hands on the content. What could not be read as documents is handed on
// as it is, to the end.
func (d *delivery) stream(f *fixed) error {
	d.tellFixes(f)
	if f.batch.Problem == nil {
		_, err := d.stdout.Write(f.after)
		return err //nolint:wrapcheck // tell says what could not be done
	}
	src, err := d.input.Open(d.file)
	if err != nil {
		return err //nolint:wrapcheck // likewise
	}
	defer src.Close() //nolint:errcheck // nothing was written
	if _, err := io.CopyN(io.Discard, src, d.size); err != nil {
		return err //nolint:wrapcheck // likewise
	}
	_, err = io.Copy(d.stdout, src)
	return err //nolint:wrapcheck // likewise
}

func (d *delivery) show(diff []byte) error {
	if d.options.Color {
		diff = colored(diff)
	}
	_, err := d.stdout.Write(diff)
	return err //nolint:wrapcheck // likewise
}

// write writes a piece of a file; one that came as a whole is written already.
func (d *delivery) write(f *fixed) {
	d.tellFixes(f)
	if f.batch.IsFile() || d.failed {
		return
	}
	err := d.replace(f)
	if f.batch.Problem != nil {
		d.abandon()
	}
	if err != nil {
		d.abandon()
		d.problem(manifest.Problem{File: d.file, Text: err.Error() + "."})
	}
}

func (d *delivery) replace(f *fixed) error {
	if d.replacement == nil && len(f.fixes) == 0 {
		return nil
	}
	if d.replacement == nil {
		if err := d.begin(); err != nil {
			return err
		}
	}
	return d.replacement.Add(f.before, f.after) //nolint:wrapcheck // a person reads it
}

// begin opens the replacement and copies the pieces before the first that changes.
func (d *delivery) begin() error {
	var err error
	if d.replacement, err = rewrite.Begin(d.file); err != nil {
		return err //nolint:wrapcheck // a person reads it
	}
	src, err := d.input.Open(d.file)
	if err != nil {
		return err //nolint:wrapcheck // likewise
	}
	defer src.Close() //nolint:errcheck // nothing was written
	_, err = io.CopyN(unchanged{d.replacement}, src, d.size)
	return err //nolint:wrapcheck // likewise
}

// unchanged writes what stays as it is.
type unchanged struct{ *rewrite.Replacement }

func (u unchanged) Write(p []byte) (int, error) {
	return len(p), u.Add(p, p) //nolint:wrapcheck // likewise
}

// abandon leaves the file as it is.
func (d *delivery) abandon() {
	d.discard()
	d.failed, d.fixes = true, 0
	d.told.Reset()
}

func (d *delivery) discard() {
	if d.replacement != nil {
		d.replacement.Discard()
		d.replacement = nil
	}
}

// end puts the file in its place, and tells what was fixed in it.
func (d *delivery) end() error {
	defer d.discard()
	if d.replacement != nil {
		if err := d.replacement.Commit(); err != nil {
			d.abandon()
			d.problem(manifest.Problem{File: d.file, Text: err.Error() + "."})
		}
	}
	if d.to == shown {
		return d.show(d.differ.End())
	}
	_, err := io.WriteString(d.stdout, d.told.String())
	return err //nolint:wrapcheck // tell says what could not be done
}

// tellFixes keeps a line for each fix, for when the file is written.
func (d *delivery) tellFixes(f *fixed) {
	if d.to == streamed || d.options.Quiet {
		return
	}
	for i := range f.fixes {
		d.told.WriteString(report.FixedLine(&f.fixes[i].Result, f.fixes[i].done, d.options))
	}
}

// move puts what was found so many lines further down. What could not be read is
// asked for again, since its text may name lines too.
func (f *fixed) move(lines int) {
	if lines == 0 {
		return
	}
	if len(f.problems) > 0 && f.batch.Problem == nil {
		f.problems = f.again(lines)
	}
	for i := range f.fixes {
		moveDown(&f.fixes[i].Result, lines)
	}
	for i := range f.left {
		moveDown(&f.left[i].Result, lines)
	}
}

func moveDown(r *report.Result, lines int) {
	r.Line += lines
	if r.EndLine > 0 {
		r.EndLine += lines
	}
}
