package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
	"github.com/cmkgate/cmkgate/policies"
)

// schema is the part of JSON schema that the format needs. It keeps to draft 7,
// which editors and Helm all know.
type schema struct {
	Schema        string     `json:"$schema,omitempty"`
	ID            string     `json:"$id,omitempty"`
	Title         string     `json:"title,omitempty"`
	Description   string     `json:"description,omitempty"`
	Type          string     `json:"type,omitempty"`
	Enum          []any      `json:"enum,omitempty"`
	Pattern       string     `json:"pattern,omitempty"`
	Default       any        `json:"default,omitempty"`
	Items         *schema    `json:"items,omitempty"`
	PropertyNames *schema    `json:"propertyNames,omitempty"`
	Required      []string   `json:"required,omitempty"`
	Properties    properties `json:"properties,omitempty"`
	// Additional is false for structs and a schema for maps.
	Additional any `json:"additionalProperties,omitempty"`
}

// properties keep the order of the struct's fields.
type properties []property

type property struct {
	name   string
	schema *schema
}

// MarshalJSON writes an object.
func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, one := range p {
		value, err := json.Marshal(one.schema)
		if err != nil {
			return nil, err
		}
		b.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&b, "%q:%s", one.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// generate makes the schema of the types whose source is in dir.
func generate(dir string) ([]byte, error) {
	docs, err := readComments(dir)
	if err != nil {
		return nil, err
	}
	g := generator{docs: docs}
	for _, p := range policies.All() {
		g.policies = append(g.policies, p.ID)
	}
	root, err := g.of(reflect.ValueOf(v1alpha1.Default()))
	if err != nil {
		return nil, err
	}
	root.Schema = "http://json-schema.org/draft-07/schema#"
	root.ID = "https://cmkgate.io/schemas/v1alpha1/config.json"
	root.Title = "cmkgate configuration"
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	return b.Bytes(), nil
}

type generator struct {
	docs     comments
	policies []string
}

// of makes the schema of a value's type; the value says which fields have defaults.
func (g *generator) of(v reflect.Value) (*schema, error) {
	switch v.Kind() {
	case reflect.Struct:
		return g.structure(v)
	case reflect.Map:
		names, err := g.of(reflect.Zero(v.Type().Key()))
		if err != nil {
			return nil, err
		}
		names.Type = "" // names are always strings
		values, err := g.of(reflect.Zero(v.Type().Elem()))
		return &schema{Type: "object", PropertyNames: names, Additional: values}, err
	case reflect.Slice:
		items, err := g.of(reflect.Zero(v.Type().Elem()))
		return &schema{Type: "array", Items: items}, err
	case reflect.Pointer:
		return g.of(reflect.Zero(v.Type().Elem()))
	case reflect.Bool:
		return &schema{Type: "boolean"}, nil
	case reflect.String:
		return g.text(v)
	default:
		return nil, fmt.Errorf("no schema for the Go type %s", v.Type())
	}
}

func (g *generator) structure(v reflect.Value) (*schema, error) {
	s := &schema{Type: "object", Additional: false, Description: g.docs.ofType(v.Type())}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		child, err := g.of(v.Field(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		doc := g.docs.ofField(v.Type(), field)
		if doc == "" {
			return nil, fmt.Errorf("%s.%s has no doc comment", v.Type(), field.Name)
		}
		child.Description = strings.TrimSpace(doc + " " + scalarDoc(child))
		if options == "" {
			s.Required = append(s.Required, name)
		} else if !v.Field(i).IsZero() {
			child.Default = v.Field(i).Interface()
		}
		s.Properties = append(s.Properties, property{name, child})
	}
	return s, nil
}

// scalarDoc is what a type says about its values, where that adds something: a
// struct's fields speak for themselves, and so does a single value.
func scalarDoc(s *schema) string {
	if s.Type == "object" || len(s.Enum) == 1 {
		return ""
	}
	return s.Description
}

// text is the schema of a string type. Where Off is a value, false is too: the
// YAML 1.1 of Helm and kubectl reads Off without quotes as the boolean.
func (g *generator) text(v reflect.Value) (*schema, error) {
	s := &schema{Type: "string", Description: g.docs.ofType(v.Type())}
	if s.Description == "" {
		return nil, fmt.Errorf("%s has no doc comment", v.Type())
	}
	switch t := v.Interface().(type) {
	case interface{ Values() []string }:
		for _, value := range t.Values() {
			s.Enum = append(s.Enum, value)
		}
		if slices.Contains(t.Values(), "Off") {
			s.Type, s.Enum = "", append(s.Enum, false)
		}
	case interface{ Pattern() string }:
		s.Pattern = t.Pattern()
	case v1alpha1.PolicyID:
		for _, id := range g.policies {
			s.Enum = append(s.Enum, id)
		}
	}
	return s, nil
}
