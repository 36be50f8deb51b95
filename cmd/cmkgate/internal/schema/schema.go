// Package schema reports what an API server with ACK's CRDs would reject, or
// silently drop, in a manifest: offline, nothing else would. Its findings stand
// beside those of the policies, under the ID "schema".
package schema

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

//go:generate go run ./crdgen

// crds is what crdgen makes of the CRDs.
//
//go:embed crds.txt
var crds string

// Schemas has the kinds of both groups. A kind is decoded when first needed.
// It is safe for concurrent use.
type Schemas struct {
	groups   []group
	metadata func() *Type
}

// group is one API group as one version of its controller serves it.
type group struct {
	name, apiVersion string
	// controller is its name and version, for messages.
	controller string
	kinds      map[string]func() *Type
}

// Type is what a value must be.
type Type struct {
	Kind tree.Kind
	// Integer means that a number must be whole, Date that a string must be a
	// time, Instance that it names an instance type.
	Integer, Date, Instance bool
	// Items is what a list holds, and the values of a map without fixed fields.
	Items *Type
	// Fields are those of an object; nil for a map without fixed fields.
	Fields   map[string]*Type
	Required []string
}

// New reads the table of contents.
func New() *Schemas {
	s := &Schemas{metadata: sync.OnceValue(func() *Type { return decode(objectMeta) })}
	for _, text := range sections(crds, "group ") {
		s.groups = append(s.groups, newGroup(text))
	}
	return s
}

func newGroup(text string) group {
	head, _, _ := strings.Cut(text, "\n")
	g := group{kinds: map[string]func() *Type{}}
	g.apiVersion, g.controller, _ = strings.Cut(head, " ")
	g.name, _, _ = strings.Cut(g.apiVersion, "/")
	for _, text := range sections(text, "kind ") {
		kind, fields, _ := strings.Cut(text, "\n")
		g.kinds[kind] = sync.OnceValue(func() *Type { return decode(fields) })
	}
	return g
}

// sections cuts a text where a line begins with a word, and omits what
// stands before the first and the words themselves.
func sections(text, word string) []string {
	parts := strings.Split(text, "\n"+word)
	return parts[1:]
}

// Kinds lists the kinds of both groups in no order.
func (s *Schemas) Kinds() []catalog.Kind {
	var out []catalog.Kind
	for _, g := range s.groups {
		for name := range g.kinds {
			out = append(out, catalog.Kind{Group: g.name, Name: name})
		}
	}
	return out
}

// Spec is what the spec of a kind must be, nil if the kind is not known.
func (s *Schemas) Spec(kind catalog.Kind) *Type {
	for i := range s.groups {
		if spec, ok := s.groups[i].kinds[kind.Name]; ok && s.groups[i].name == kind.Group {
			return spec()
		}
	}
	return nil
}

// decode reads fields, one a line: NAME TYPE, with a blank more in front for
// each level that they lie deeper, and ! behind the name of a required one.
func decode(text string) *Type {
	root := &Type{Kind: tree.Map, Fields: map[string]*Type{}}
	open := []*Type{root} // by level
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		field := strings.TrimLeft(line, " ")
		level := len(line) - len(field) - 1
		name, described, ok := strings.Cut(field, " ")
		if !ok || level < 0 {
			continue // the end of the last section
		}
		in := open[level]
		name, required := strings.CutSuffix(name, "!")
		if required {
			in.Required = append(in.Required, name)
		}
		t := typeOf(described)
		if t != nil && name == "instanceType" {
			t.Instance = true
		}
		in.Fields[name] = t
		for t != nil && t.Kind == tree.List {
			t = t.Items
		}
		open = append(open[:level+1], t)
	}
	return root
}

// typeOf is nil for what may be anything.
func typeOf(described string) *Type {
	if element, ok := strings.CutPrefix(described, "[]"); ok {
		return &Type{Kind: tree.List, Items: typeOf(element)}
	}
	switch described {
	case "object":
		return &Type{Kind: tree.Map, Fields: map[string]*Type{}}
	case "map":
		return &Type{Kind: tree.Map, Items: &Type{Kind: tree.String}}
	case "integer":
		return &Type{Kind: tree.Number, Integer: true}
	case "number":
		return &Type{Kind: tree.Number}
	case "boolean":
		return &Type{Kind: tree.Bool}
	case "any":
		return nil
	case "date-time":
		return &Type{Kind: tree.String, Date: true}
	default:
		return &Type{Kind: tree.String}
	}
}
