// Package report shows the findings of a check in the formats that people and
// machines read. A new format is one more file.
package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Result is one finding and where it stands.
type Result struct {
	File      string          `json:"file"`
	Line      int             `json:"line"`
	Column    int             `json:"column"`
	Group     string          `json:"group"`
	Kind      string          `json:"kind"`
	Namespace string          `json:"namespace"`
	Name      string          `json:"name"`
	Policy    policies.ID     `json:"policy"`
	Reason    policies.Reason `json:"reason"`
	Mode      policies.Mode   `json:"mode"`
	Path      string          `json:"path"`
	// Message says what is wrong and what to write, without the path.
	Message string `json:"message"`
	// Inject tells that the webhook sets the field by itself at admission.
	Inject bool  `json:"inject,omitempty"`
	Fix    []Fix `json:"fix,omitempty"`
}

// Fix is one edit that puts a finding right; a null value removes the field.
type Fix struct {
	Path string `json:"path"`
	// Pointer leads on inside the JSON text at Path.
	Pointer string `json:"pointer,omitempty"`
	Value   any    `json:"value"`
}

// NewResult describes a finding of an object.
func NewResult(o *manifest.Object, f *policies.Finding) Result {
	line, column := o.Position(f.Path)
	if f.Within != nil {
		line, column = o.PositionWithin(f.Path, f.Within)
	}
	r := Result{
		File: o.File, Line: line, Column: column,
		Group: o.Group, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name,
		Policy: f.Policy, Reason: f.Reason, Mode: f.Mode,
		Path: f.Place(), Message: strings.TrimSpace(f.Problem + " " + f.Remedy), Inject: f.Inject,
	}
	for _, e := range f.Fix {
		r.Fix = append(r.Fix, Fix{Path: e.Path.String(), Pointer: e.Within.Pointer(), Value: e.Value})
	}
	return r
}

// NewObject is a result that says nothing yet of an object but where its name stands.
func NewObject(o *manifest.Object) Result {
	path := tree.Path{tree.Key("metadata"), tree.Key("name")}
	line, column := o.Position(path)
	return Result{
		File: o.File, Line: line, Column: column,
		Group: o.Group, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name, Path: path.String(),
	}
}

// Summary counts what a check saw.
type Summary struct {
	Files int `json:"files"`
	// Documents counts those that are not empty, whatever they hold.
	Documents int `json:"documents"`
	// Objects is the number of objects of ACK that were judged.
	Objects int `json:"objects"`
	// Enforced, Warnings and Audited count findings by mode; those that the
	// webhook puts right by itself are counted in Injected only.
	Enforced int `json:"enforced"`
	Warnings int `json:"warnings"`
	Audited  int `json:"audited"`
	Injected int `json:"injected"`
	// Errors counts files and documents that could not be read.
	Errors int `json:"errors"`
}

// Count adds a result.
func (s *Summary) Count(r *Result) {
	switch {
	case r.Inject:
		s.Injected++
	case r.Mode == policies.Enforce:
		s.Enforced++
	case r.Mode == policies.Warn:
		s.Warnings++
	default:
		s.Audited++
	}
}

// Writer shows results in one format. Results come in the order of the input.
type Writer interface {
	Write(results []Result) error
	Close(s Summary) error
}

// Options are what formats may care for.
type Options struct {
	Color bool
	// Quiet leaves out what is not enforced.
	Quiet bool
}

// Formats lists the names that New takes.
func Formats() []string { return []string{"text", "json"} }

// New makes the writer of a format.
func New(format string, w io.Writer, o Options) (Writer, error) {
	switch format {
	case "text":
		return &text{w: w, Options: o}, nil
	case "json":
		return &jsonWriter{w: w}, nil
	}
	return nil, fmt.Errorf("unknown format %q; want one of %s", format, strings.Join(Formats(), ", "))
}
