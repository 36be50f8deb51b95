package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
)

// outputs are the reports of one check. Reports in files appear under their
// names when they are whole, so that no reader sees half of one.
type outputs struct {
	formats []string
	writers []report.Writer
	files   []*reportFile

	stderr   io.Writer
	progress *progress
}

// tell passes on what a part of the input came to.
func (o *outputs) tell(batch *report.Batch, so *report.Summary) error {
	o.progress.show(so)
	if len(batch.Problems)+len(batch.Results) > 0 {
		o.progress.clear()
	}
	for _, p := range batch.Problems {
		fmt.Fprintln(o.stderr, p) //nolint:errcheck // it counts in the exit code too
	}
	for _, w := range o.writers {
		if err := w.Write(batch); err != nil {
			return err //nolint:wrapcheck // writers say what they wrote
		}
	}
	return nil
}

// close ends the reports.
func (o *outputs) close(s *report.Summary) error {
	for _, w := range o.writers {
		if err := w.Close(*s); err != nil {
			return err //nolint:wrapcheck // writers say what they wrote
		}
	}
	return nil
}

// openOutputs makes the writers for values of --output: FORMAT, which goes to
// standard output, or FORMAT=FILE. All values are looked at before a file is made.
func openOutputs(values []string, stdout io.Writer, options report.Options) (*outputs, error) {
	taken := map[string]string{}
	for _, value := range values {
		format, path, toFile := strings.Cut(value, "=")
		if _, err := report.New(format, io.Discard, options); err != nil {
			return nil, fmt.Errorf("--output: %w", err)
		}
		if toFile && path == "" {
			return nil, fmt.Errorf("--output: %s= has no file", format)
		}
		if toFile {
			path = filepath.Clean(path)
		}
		if other, ok := taken[path]; ok {
			return nil, fmt.Errorf("--output: %s and %s go to the same place; write one of them to its own file: %s=FILE", other, format, format)
		}
		taken[path] = format
	}
	out := &outputs{}
	for _, value := range values {
		if err := out.open(value, stdout, options); err != nil {
			out.discard()
			return nil, fmt.Errorf("--output: %w", err)
		}
	}
	return out, nil
}

func (o *outputs) open(value string, stdout io.Writer, options report.Options) error {
	format, path, toFile := strings.Cut(value, "=")
	w := stdout
	if toFile {
		f, err := createReport(path)
		if err != nil {
			return err
		}
		o.files = append(o.files, f)
		w, options.Color, options.Quiet = f, false, false
	}
	writer, err := report.New(format, w, options)
	if err != nil {
		return err //nolint:wrapcheck // it names the format
	}
	o.formats = append(o.formats, format)
	o.writers = append(o.writers, writer)
	return nil
}

func (o *outputs) wants(format string) bool { return slices.Contains(o.formats, format) }

// keep puts the reports in the place of what had their names.
func (o *outputs) keep() error {
	var errs []error
	for _, f := range o.files {
		errs = append(errs, f.keep())
	}
	return errors.Join(errs...)
}

// discard removes the reports that were not kept.
func (o *outputs) discard() {
	for _, f := range o.files {
		f.discard()
	}
}

// reportFile is a file that is not there until it is kept.
type reportFile struct {
	*os.File
	// path is the name that it gets, "" if it is written in place.
	path string
}

// createReport opens a report: a file of its own beside the one that it will
// replace, or what is not a file (a terminal, a pipe) itself.
func createReport(path string) (*reportFile, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a directory; choose a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &reportFile{File: f}, err //nolint:wrapcheck // it names the file
	case err == nil:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err //nolint:wrapcheck // it names the file
		}
	}
	mode := os.FileMode(0o666) // less what the umask takes
	if info != nil {
		mode = info.Mode().Perm()
	}
	part := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d.part", filepath.Base(path), os.Getpid()))
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return &reportFile{f, path}, nil
}

func (f *reportFile) keep() error {
	if err := f.Close(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if f.path == "" {
		return nil
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	f.path = ""
	return nil
}

func (f *reportFile) discard() {
	f.Close() //nolint:errcheck // nobody reads it, or it is closed
	if f.path != "" {
		os.Remove(f.Name()) //nolint:errcheck // it is hidden, and said to be a part
	}
}

// isTerminal reports whether a person looks at a stream.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// wantsColor follows https://no-color.org.
func wantsColor(w io.Writer, noColor bool) bool {
	return !noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}
