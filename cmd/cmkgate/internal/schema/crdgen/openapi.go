package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// openAPI is the part of a CRD's schema that ACK's CRDs use. What else a schema
// can say is listed too, so that it fails the generator instead of being lost.
type openAPI struct {
	Type                 string
	Format               string
	Properties           map[string]*openAPI
	AdditionalProperties *openAPI
	Items                *openAPI
	Required             []string

	// Validations of ACK compare with the old object, which the command line does not have.
	Validations []struct{ Rule string } `json:"x-kubernetes-validations"`

	Nullable    bool
	Default     any
	Pattern     string
	Enum        []any
	Minimum     *float64
	Maximum     *float64
	MinLength   *int
	MaxLength   *int
	MinItems    *int
	MaxItems    *int
	Preserve    bool `json:"x-kubernetes-preserve-unknown-fields"`
	IntOrString bool `json:"x-kubernetes-int-or-string"`
}

func writeKind(out *bytes.Buffer, c *crd) error {
	root := &c.Spec.Versions[0].Schema.OpenAPIV3Schema
	spec := root.Properties["spec"]
	if spec == nil || len(root.Required) > 0 {
		return errors.New("want a spec, and nothing required beside it")
	}
	fmt.Fprintf(out, "kind %s\n", c.Spec.Names.Kind)
	return writeFields(out, spec, " ")
}

func writeFields(out *bytes.Buffer, in *openAPI, indent string) error {
	for _, name := range slices.Sorted(maps.Keys(in.Properties)) {
		field := in.Properties[name]
		described, err := describe(field)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		mark := ""
		if slices.Contains(in.Required, name) {
			mark = "!"
		}
		fmt.Fprintf(out, "%s%s%s %s\n", indent, name, mark, described)
		for field.Type == "array" {
			field = field.Items
		}
		if err := writeFields(out, field, indent+" "); err != nil {
			return fmt.Errorf("%s.%w", name, err)
		}
	}
	return nil
}

// describe is the type of a field as package schema reads it.
func describe(in *openAPI) (string, error) {
	if err := in.understood(); err != nil {
		return "", err
	}
	switch {
	case in.Type == "array" && in.Items != nil:
		element, err := describe(in.Items)
		return "[]" + element, err
	case in.Type == "object" && in.AdditionalProperties != nil && in.Properties == nil:
		value, err := describe(in.AdditionalProperties)
		if value != "string" {
			return "", errors.Join(err, errors.New("a map of other things than strings"))
		}
		return "map", err
	case in.Type == "string" && in.Format == "date-time":
		return in.Format, nil
	case slices.Contains([]string{"string", "integer", "number", "boolean", "object"}, in.Type):
		return in.Type, nil
	}
	return "", fmt.Errorf("type %q", in.Type)
}

func (in *openAPI) understood() error {
	for _, v := range in.Validations {
		if !strings.Contains(v.Rule, "oldSelf") {
			return fmt.Errorf("a rule about the object itself: %s", v.Rule)
		}
	}
	plain := *in
	plain.Type, plain.Format, plain.Properties, plain.AdditionalProperties = "", "", nil, nil
	plain.Items, plain.Required, plain.Validations = nil, nil, nil
	if !reflect.ValueOf(plain).IsZero() {
		return fmt.Errorf("a constraint that package schema does not know: %+v", plain)
	}
	return nil
}
