package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
)

// outputs are the reports of one check.
type outputs struct {
	writers []report.Writer
	files   []*os.File
}

// openOutputs makes the writers for values of --output: FORMAT, which goes to
// standard output, or FORMAT=FILE. All values are looked at before a file is made.
func openOutputs(values []string, stdout io.Writer, options report.Options) (*outputs, error) {
	taken := map[string]string{}
	for _, value := range values {
		format, path, _ := strings.Cut(value, "=")
		if _, err := report.New(format, io.Discard, options); err != nil {
			return nil, fmt.Errorf("--output: %w", err)
		}
		if other, ok := taken[path]; ok {
			return nil, fmt.Errorf("--output: %s and %s go to the same place; write one of them to a file of its own: %s=FILE", other, format, format)
		}
		taken[path] = format
	}
	out := &outputs{}
	for _, value := range values {
		if err := out.open(value, stdout, options); err != nil {
			return nil, errors.Join(fmt.Errorf("--output: %w", err), out.close())
		}
	}
	return out, nil
}

func (o *outputs) open(value string, stdout io.Writer, options report.Options) error {
	format, path, toFile := strings.Cut(value, "=")
	w := stdout
	if toFile {
		f, err := os.Create(path)
		if err != nil {
			return err //nolint:wrapcheck // it names the file
		}
		o.files = append(o.files, f)
		w, options.Color = f, false
	}
	writer, err := report.New(format, w, options)
	if err != nil {
		return err //nolint:wrapcheck // it names the format
	}
	o.writers = append(o.writers, writer)
	return nil
}

func (o *outputs) close() error {
	var errs []error
	for _, f := range o.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// isTerminal tells whether a person looks at a stream.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// wantsColor follows https://no-color.org.
func wantsColor(w io.Writer, noColor bool) bool {
	return !noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}
