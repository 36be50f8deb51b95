package policies

import (
	"net/url"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// Finding is one policy violation in an object.
type Finding struct {
	Policy ID
	Reason Reason
	// Mode is what the finding leads to, overrides and exceptions applied.
	Mode Mode
	// Path is the field that is wrong; the last steps may be absent.
	Path tree.Path
	// Within is the place inside the JSON text at Path, empty for the text as a
	// whole; nil if Path is the place itself.
	Within tree.Path
	// Problem is a sentence about the field, without the field: it follows "PATH: ".
	Problem string
	// Remedy says in one or two sentences what to write instead.
	Remedy string
	// Fix is the remedy as edits that a person, or a tool with a person's
	// consent, can apply; nil if a human must decide.
	Fix []Edit
	// Inject means that Fix only adds what is missing and that the settings let
	// the webhook add it on its own.
	Inject bool
	// neverDenies caps the mode at Warn.
	neverDenies bool
	// mutable: ACK carries out a change of the field on a resource that exists.
	mutable bool
	// use is where in a pipeline's definition the finding was made.
	use *use
	// state stands for what is wrong where the same can be written in several ways.
	state string
}

// Message is the finding as one line: place, what is wrong, what to write.
func (f *Finding) Message() string {
	m := f.Place() + ": " + f.Problem
	if f.Remedy != "" {
		m += " " + f.Remedy
	}
	return m
}

// Place is the field as messages show it; a place inside a JSON text follows as
// a JSON pointer in a URI fragment: spec.pipelineDefinition#/Steps/0/Name.
func (f *Finding) Place() string {
	if len(f.Within) == 0 {
		return f.Path.String()
	}
	const limit = 240 // names in a text can be as long as the text
	fragment := (&url.URL{Fragment: f.Within.Pointer()}).EscapedFragment()
	if len(fragment) > limit {
		fragment = fragment[:limit] + "…"
	}
	return f.Path.String() + "#" + fragment
}

// Label is policy and reason as messages show them: sagemaker-volume-key/missing.
func (f *Finding) Label() string { return f.Policy + "/" + string(f.Reason) }

// Edit sets one field to a value, or removes it. Parents that are absent or
// null are created; an index one past the end of a list appends to it.
type Edit struct {
	Path tree.Path
	// Within is the place inside the JSON text at Path; nil for the field itself.
	Within tree.Path
	// Value is a string or a bool; nil removes the field.
	Value any
}

// Enforced reports whether any of the findings denies the object.
func Enforced(findings []Finding) bool {
	for i := range findings {
		if findings[i].Mode == Enforce {
			return true
		}
	}
	return false
}

// Injections collects the edits that the webhook may make on its own.
func Injections(findings []Finding) []Edit {
	var edits []Edit
	for i := range findings {
		if findings[i].Inject {
			edits = append(edits, findings[i].Fix...)
		}
	}
	return edits
}
