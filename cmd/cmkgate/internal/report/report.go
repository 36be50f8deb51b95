// Package report shows the findings of a check in the formats that people and
// machines read. A new format is one more file.
package report

import (
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Result is one finding and where it stands.
type Result struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// EndLine and EndColumn are just behind what Line and Column point at; both
	// are 0 if the end is not known.
	EndLine   int `json:"-"`
	EndColumn int `json:"-"`
	// Rendered is set where File is a template: what was rendered from it, in
	// which Line and Column count.
	Rendered  string          `json:"rendered,omitempty"`
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
	// Inject means that the webhook sets the field on its own at admission.
	Inject bool  `json:"inject,omitempty"`
	Fix    []Fix `json:"fix,omitempty"`
	// Changes are Fix as changes of the file, nil if they are not known.
	Changes []Change `json:"-"`
}

// Change replaces what stands between two places of a file.
type Change struct {
	Begin, End manifest.Place
	Text       string
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
	end := o.End(line, column)
	r := Result{
		File: o.File, Line: line, Column: column,
		Group: o.Group, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name,
		Policy: f.Policy, Reason: f.Reason, Mode: f.Mode,
		EndLine: end.Line, EndColumn: end.Column,
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
	// Objects is the number of objects of ACK that were evaluated.
	Objects int `json:"objects"`
	// Enforced, Warnings and Audited count findings by mode; those that the
	// webhook fixes on its own are counted in Injected only.
	Enforced int `json:"enforced"`
	Warnings int `json:"warnings"`
	Audited  int `json:"audited"`
	Injected int `json:"injected"`
	// Errors counts files and documents that could not be read.
	Errors int `json:"errors"`
	// NotCovered counts the objects of ACK services that cmkgate does not cover, by
	// KIND.GROUP; nothing in them was evaluated.
	NotCovered map[string]int `json:"notCovered,omitempty"`
}

// NotCover adds objects that cmkgate does not cover.
func (s *Summary) NotCover(objects map[string]int) {
	if s.NotCovered == nil && len(objects) > 0 {
		s.NotCovered = map[string]int{}
	}
	for kind, n := range objects {
		s.NotCovered[strings.Clone(kind)] += n
	}
}

// Count adds a result.
func (s *Summary) Count(r *Result) {
	switch SeverityOf(r) {
	case Injected:
		s.Injected++
	case Denied:
		s.Enforced++
	case Warning:
		s.Warnings++
	case Remark:
		s.Audited++
	}
}
