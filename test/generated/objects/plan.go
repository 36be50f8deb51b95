package objects

import (
	"maps"
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// node is a place of a schema and how values for it are made.
type node struct {
	name     string
	typ      string
	format   string
	required bool
	// presence is how often an optional field is there, out of 100.
	presence int
	// matters means that policies look at the place, or at one below it.
	matters bool
	draw    draw    // nil: by the type
	fields  []*node // of an object, sorted by name
	element *node   // of an array
	member  *node   // of an object with arbitrary field names
}

// How often an optional field is there, out of 100.
const (
	keyPresence       = 45 // missing keys are what most is about
	relevantPresence  = 65
	scalarPresence    = 20
	containerPresence = 10
)

// plan is what the nodes of one kind are made by.
type plan struct {
	places places
	ways   map[string]bool // the places and their parents
}

func newPlan(kind catalog.Kind) *plan {
	p := &plan{places: placesOf(kind), ways: map[string]bool{}}
	for place := range p.places {
		path := tree.MustPath(place)
		for i := range path {
			p.ways[path[:i+1].String()] = true
		}
	}
	return p
}

func (p *plan) node(path tree.Path, s *apiextensions.JSONSchemaProps, required bool) *node {
	place := path.String()
	n := &node{typ: s.Type, format: s.Format, required: required, matters: p.ways[place]}
	if last := len(path) - 1; last >= 0 {
		n.name = path[last].Key
	}
	n.draw = p.places[place].draw
	if n.draw == nil {
		n.draw = byName(n.name, s.Type)
	}
	n.presence = p.presence(place, n)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		n.fields = append(n.fields, p.node(path.Child(tree.Key(name)), &property, slices.Contains(s.Required, name)))
	}
	if s.Items != nil && s.Items.Schema != nil {
		n.element = p.node(path.Child(tree.Any()), s.Items.Schema, true)
		if n.element.name == "" {
			n.element.name = n.name
		}
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		n.member = p.node(path.Child(tree.Key("*")), s.AdditionalProperties.Schema, true)
	}
	return n
}

func (p *plan) presence(place string, n *node) int {
	switch {
	case p.places[place].key:
		return keyPresence
	case n.matters || n.draw != nil:
		return relevantPresence
	case n.typ == "object" || n.typ == "array":
		return containerPresence
	default:
		return scalarPresence
	}
}
