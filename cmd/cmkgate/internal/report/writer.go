package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/policies"
)

// Batch is what a part of the input came to, in the order of the input.
type Batch struct {
	Results []Result
	// Problems are input that could not be evaluated.
	Problems []manifest.Problem
	// Passed are the objects that there is nothing to say about.
	Passed []Result
}

// Writer shows what a check finds in one format.
type Writer interface {
	Write(b *Batch) error
	Close(s Summary) error
}

// Options are what formats may care for.
type Options struct {
	Color bool
	// Quiet omits what is not denied, in the formats for people.
	Quiet bool
	// WarningsFail means that a warning fails the check.
	WarningsFail bool
	// Rules are the policies that results may name.
	Rules []policies.Policy
	// Version is that of cmkgate.
	Version string
}

// Format is a way to show results.
type Format struct {
	Name string
	// For says who reads it.
	For string
	new func(io.Writer, Options) Writer
}

// Formats lists the formats, those for people first. A new one is one more line here.
func Formats() []Format {
	return []Format{
		{"text", "people: one line a finding", func(w io.Writer, o Options) Writer { return &text{w: w, Options: o} }},
		{"markdown", "job summaries and pull requests", func(w io.Writer, o Options) Writer { return &markdown{w: w, Options: o} }},
		{"github", "annotations of GitHub Actions", func(w io.Writer, o Options) Writer { return &github{w: w, Options: o} }},
		{"sarif", "code scanning: SARIF 2.1.0", func(w io.Writer, o Options) Writer { return newSARIF(w, o) }},
		{"junit", "test reports of GitLab and Jenkins", func(w io.Writer, o Options) Writer { return &junit{w: w, Options: o} }},
		{"json", "programs", func(w io.Writer, _ Options) Writer { return &jsonWriter{w: w} }},
		{"yaml", "programs: the same as json", func(w io.Writer, _ Options) Writer { return &yamlWriter{w: w} }},
	}
}

// Names lists what New takes.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// New makes the writer of a format.
func New(format string, w io.Writer, o Options) (Writer, error) {
	for _, f := range Formats() {
		if f.Name == format {
			return f.new(w, o), nil
		}
	}
	return nil, fmt.Errorf("unknown format %q; want one of %s", format, strings.Join(Names(), ", "))
}

// Severity is what a result means to who reads a report.
type Severity int

// The severities, the gravest last.
const (
	Remark Severity = iota
	Injected
	Warning
	Denied
)

// String is the word that stands before a result.
func (s Severity) String() string {
	return [...]string{Remark: "audit", Injected: "set at admission", Warning: "warning", Denied: "denied"}[s]
}

// SeverityOf is what the webhook would make of a result.
func SeverityOf(r *Result) Severity {
	switch {
	case r.Inject:
		return Injected
	case r.Mode == policies.Enforce:
		return Denied
	case r.Mode == policies.Warn:
		return Warning
	default:
		return Remark
	}
}

// label is policy and reason as messages show them.
func label(r *Result) string { return r.Policy + "/" + string(r.Reason) }

// headline is the object and the place in it, as far as a result has them.
func headline(r *Result) string {
	var parts []string
	for _, part := range []string{subject(r), r.Path} {
		if part != "" {
			parts = append(parts, manifest.Printable(part))
		}
	}
	return strings.Join(parts, ": ")
}

// sentence is a result in one line, without file and label.
func sentence(r *Result) string {
	message := manifest.Printable(r.Message)
	if h := headline(r); h != "" {
		return h + ": " + message
	}
	return message
}

// place is where a result stands, as editors and terminals can jump to it.
func place(r *Result) string {
	at := fmt.Sprintf("%d:%d", r.Line, r.Column)
	if r.Rendered != "" {
		return fmt.Sprintf("%s (%s:%s)", manifest.Printable(r.File), manifest.Printable(r.Rendered), at)
	}
	return manifest.Printable(r.File) + ":" + at
}

func write(w io.Writer, s string) error {
	if s == "" {
		return nil
	}
	if _, err := io.WriteString(w, s); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
