package main

import (
	"bytes"
	"os"
	"testing"
)

func TestTheTableIsCurrent(t *testing.T) {
	want, err := generate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../crds.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("crds.txt is stale: run go generate ./cmd/cmkgate/...")
	}
}

func TestWhatTheTableCannotSayIsAnError(t *testing.T) {
	five := 5
	for name, in := range map[string]*openAPI{
		"a pattern":                 {Type: "string", Pattern: "^a"},
		"an enumeration":            {Type: "string", Enum: []any{"a"}},
		"a limit":                   {Type: "array", Items: &openAPI{Type: "string"}, MaxItems: &five},
		"a limit below":             {Type: "array", Items: &openAPI{Type: "string", MaxLength: &five}},
		"null":                      {Type: "string", Nullable: true},
		"a default":                 {Type: "string", Default: "a"},
		"anything":                  {Type: "object", Preserve: true},
		"a map of numbers":          {Type: "object", AdditionalProperties: &openAPI{Type: "integer"}},
		"an unknown type":           {Type: "date"},
		"no type":                   {},
		"a rule about one's self":   {Type: "string", Validations: []struct{ Rule string }{{"self != ''"}}},
		"a list of unknown content": {Type: "array"},
	} {
		if got, err := describe(in); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestDescribe(t *testing.T) {
	for want, in := range map[string]*openAPI{
		"string":     {Type: "string", Validations: []struct{ Rule string }{{"self == oldSelf"}}},
		"date-time":  {Type: "string", Format: "date-time"},
		"integer":    {Type: "integer", Format: "int64"},
		"map":        {Type: "object", AdditionalProperties: &openAPI{Type: "string"}},
		"[]object":   {Type: "array", Items: &openAPI{Type: "object"}},
		"[][]number": {Type: "array", Items: &openAPI{Type: "array", Items: &openAPI{Type: "number"}}},
	} {
		if got, err := describe(in); got != want || err != nil {
			t.Errorf("got %q, %v; want %s", got, err, want)
		}
	}
}
