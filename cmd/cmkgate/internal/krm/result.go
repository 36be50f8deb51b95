package krm

import (
	"strconv"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Severity is how a caller takes a result.
type Severity string

// The severities of the functions specification.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Result is one remark of a function, as the functions specification has it.
type Result struct {
	Message     string            `yaml:"message"`
	Severity    Severity          `yaml:"severity"`
	ResourceRef *ResourceRef      `yaml:"resourceRef,omitempty"`
	Field       *Field            `yaml:"field,omitempty"`
	File        *File             `yaml:"file,omitempty"`
	Tags        map[string]string `yaml:"tags,omitempty"`
}

// ResourceRef names the object.
type ResourceRef struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Namespace  string `yaml:"namespace,omitempty"`
	Name       string `yaml:"name"`
}

// Field is where in the object, and what stands and should stand there.
type Field struct {
	Path          string `yaml:"path"`
	CurrentValue  any    `yaml:"currentValue,omitempty"`
	ProposedValue any    `yaml:"proposedValue,omitempty"`
}

// File is where the caller found the object.
type File struct {
	Path  string `yaml:"path"`
	Index int    `yaml:"index"`
}

// SeverityOf is what a finding means to a caller: an error is what the webhook would deny.
func SeverityOf(r *report.Result) Severity {
	switch report.SeverityOf(r) {
	case report.Denied:
		return Error
	case report.Warning:
		return Warning
	case report.Injected, report.Remark:
	}
	return Info
}

// Result is a remark on a finding of the object at a path in the list.
func (l *ResourceList) Result(severity Severity, message string, at tree.Path, of *report.Result) Result {
	object := l.root.Find(at)
	out := Result{
		Message: message, Severity: severity, File: fileOf(object),
		ResourceRef: &ResourceRef{APIVersion: object.Get("apiVersion").Str(), Kind: of.Kind, Namespace: of.Namespace, Name: of.Name},
		Field:       &Field{Path: of.Path},
		Tags:        map[string]string{"policy": of.Policy, "reason": string(of.Reason)},
	}
	if len(of.Fix) == 1 && of.Fix[0].Pointer == "" {
		fix := of.Fix[0]
		out.Field = &Field{Path: fix.Path, CurrentValue: valueAt(object, fix.Path), ProposedValue: fix.Value}
	}
	return out
}

// valueAt is a text or a boolean of an object, nil for anything else. It is asked
// for only if there is a fix, which no secret has.
func valueAt(object *tree.Node, path string) any {
	steps, err := tree.ParsePath(path)
	if err != nil {
		return nil
	}
	n := object.Find(steps)
	if n.Kind() == tree.Bool {
		return n.True()
	}
	if n.Kind() == tree.String {
		return n.Text()
	}
	return nil
}

// fileOf reads the annotations that say where an object was found; older callers write the short ones.
func fileOf(object *tree.Node) *File {
	annotations := object.Get("metadata").Get("annotations")
	for _, prefix := range []string{"internal.config.kubernetes.io/", "config.kubernetes.io/"} {
		if path := annotations.Get(prefix + "path").Str(); path != "" {
			index, err := strconv.Atoi(annotations.Get(prefix + "index").Str())
			if err != nil {
				index = 0
			}
			return &File{Path: path, Index: index}
		}
	}
	return nil
}
