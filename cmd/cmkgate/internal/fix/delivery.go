package fix

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/rewrite"
)

// Destination is where what was fixed goes.
type Destination int

// The destinations: a diff, the files themselves, the stream that standard input becomes.
const (
	Diff Destination = iota
	Files
	Stream
)

// Sink passes on what became of the files, in order.
type Sink struct {
	To    Destination
	Input *manifest.Input
	// Out takes the diff or the stream, and of files that were written a line for each fix.
	Out io.Writer
	// Line is a fix in words, nil if nobody asks.
	Line func(*Fix) string
	// Problem takes why a file was not written.
	Problem func(manifest.Problem)
	// Fixes and Changed count fixes that were made, and the files with any.
	Fixes, Changed int

	// folder is the working directory without links, once it was asked for.
	folder string
	// file is the one at hand.
	file *delivery
}

// Place begins a file with its first piece, and moves what was found in a piece to
// where it is once the pieces before it are fixed.
func (s *Sink) Place(p *Piece) error {
	if p.First() {
		if err := s.End(); err != nil {
			return err
		}
		s.file = &delivery{Sink: s, file: p.batch.File, differ: edit.NewDiffer(s.diffName(&p.origin))}
	}
	p.move(s.file.moved)
	return nil
}

// Add takes the next piece, which has its place.
func (s *Sink) Add(p *Piece) error { return failed(s.file.add(p)) }

// End ends the file at hand, and counts what was fixed in it.
func (s *Sink) End() error {
	d := s.file
	if d == nil {
		return nil
	}
	s.file = nil
	if err := failed(d.end()); err != nil {
		return err
	}
	s.Fixes += d.fixes
	if d.fixes > 0 {
		s.Changed++
	}
	return nil
}

// Discard lets go of a file that was not written to its end.
func (s *Sink) Discard() {
	if s.file != nil {
		s.file.discard()
	}
}

func failed(err error) error {
	if err != nil {
		return fmt.Errorf("write the fixes: %w", err)
	}
	return nil
}

// diffName is how git apply and patch -p1 find the file from the working
// directory, or where it lies elsewhere from the root: they follow no links.
func (s *Sink) diffName(from *origin) string {
	if from.real == "" {
		return from.batch.File
	}
	if s.folder == "" {
		if here, err := filepath.Abs("."); err == nil {
			s.folder, _ = filepath.EvalSymlinks(here) // where it fails, every file lies elsewhere
		}
	}
	name, err := filepath.Rel(s.folder, from.real)
	if err != nil || !filepath.IsLocal(name) {
		name = strings.TrimPrefix(from.real, filepath.VolumeName(from.real))
	}
	return strings.TrimPrefix(filepath.ToSlash(name), "/")
}

// delivery writes one file, piece by piece, to its destination. It keeps one
// piece in memory at a time.
type delivery struct {
	*Sink
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

// add takes the next piece of the file.
func (d *delivery) add(f *Piece) error {
	var err error
	switch d.To {
	case Stream:
		err = d.stream(f)
	case Diff:
		_, err = d.Out.Write(d.differ.Add(f.Before, f.Splices))
	case Files:
		d.write(f)
	}
	if err != nil {
		return err
	}
	d.size += int64(len(f.Before))
	if d.failed {
		return nil
	}
	d.fixes += len(f.Fixes)
	if d.To != Diff {
		d.moved += lineBreaks(f.After) - lineBreaks(f.Before)
	}
	return nil
}

// stream passes on the content. What could not be read as documents is handed
// on as it is, to the end.
func (d *delivery) stream(f *Piece) error {
	if f.batch.Problem == nil {
		_, err := d.Out.Write(f.After)
		return err //nolint:wrapcheck // failed says what could not be done
	}
	src, err := d.Input.Open(d.file)
	if err != nil {
		return err //nolint:wrapcheck // likewise
	}
	defer src.Close() //nolint:errcheck // nothing was written
	if _, err := io.CopyN(io.Discard, src, d.size); err != nil {
		return err //nolint:wrapcheck // likewise
	}
	_, err = io.Copy(d.Out, src)
	return err //nolint:wrapcheck // likewise
}

// write writes a piece of a file; one that came as a whole is written already.
func (d *delivery) write(f *Piece) {
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
		d.Problem(manifest.Problem{File: d.file, Text: err.Error() + "."})
	}
}

func (d *delivery) replace(f *Piece) error {
	if d.replacement == nil && len(f.Fixes) == 0 {
		return nil
	}
	if d.replacement == nil {
		if err := d.begin(); err != nil {
			return err
		}
	}
	return d.replacement.Add(f.Before, f.After) //nolint:wrapcheck // a person reads it
}

// begin opens the replacement and copies the pieces before the first that changes.
func (d *delivery) begin() error {
	var err error
	if d.replacement, err = rewrite.Begin(d.file); err != nil {
		return err //nolint:wrapcheck // a person reads it
	}
	src, err := d.Input.Open(d.file)
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

// end moves the file into place, and prints what was fixed in it.
func (d *delivery) end() error {
	defer d.discard()
	if d.replacement != nil {
		if err := d.replacement.Commit(); err != nil {
			d.abandon()
			d.Problem(manifest.Problem{File: d.file, Text: err.Error() + "."})
		}
	}
	if d.To == Diff {
		_, err := d.Out.Write(d.differ.End())
		return err //nolint:wrapcheck // failed says what could not be done
	}
	_, err := io.WriteString(d.Out, d.told.String())
	return err //nolint:wrapcheck // failed says what could not be done
}

// tellFixes keeps a line for each fix, for when the file is written.
func (d *delivery) tellFixes(f *Piece) {
	if d.Line == nil {
		return
	}
	for i := range f.Fixes {
		d.told.WriteString(d.Line(&f.Fixes[i]))
	}
}

// move puts what was found so many lines further down. What could not be read is
// asked for again, since its text may name lines too.
func (f *Piece) move(lines int) {
	if lines == 0 {
		return
	}
	if len(f.Problems) > 0 && f.batch.Problem == nil {
		f.Problems = f.again(lines)
	}
	for i := range f.Fixes {
		moveDown(&f.Fixes[i].Result, lines)
	}
	for i := range f.Left {
		moveDown(&f.Left[i].Result, lines)
	}
}

func moveDown(r *report.Result, lines int) {
	r.Line += lines
	if r.EndLine > 0 {
		r.EndLine += lines
	}
}
