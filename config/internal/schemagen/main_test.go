package main

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestTheSchemaIsCurrent(t *testing.T) {
	const dir = "../../v1alpha1"
	want, err := generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(dir + "/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("config/v1alpha1/schema.json is stale: run go generate ./config/...")
	}
}

func TestAFieldWithoutADocCommentHasNoSchema(t *testing.T) {
	type undocumented struct {
		Field bool `json:"field"`
	}
	g := generator{docs: comments{}}
	if _, err := g.of(reflect.ValueOf(undocumented{})); err == nil || !strings.Contains(err.Error(), "undocumented.Field has no doc comment") {
		t.Errorf("got %v", err)
	}
}

func TestDescriptionsDoNotBeginWithGoNames(t *testing.T) {
	tests := []struct{ name, doc, want string }{
		{"Region", "Region is written like eu-west-1.", "Written like eu-west-1."},
		{"TrustedKeys", "TrustedKeys are keys.", "Keys."},
		{"PolicyID", "PolicyID names a policy.", "Names a policy."},
		{"Key", "Keyed by name.", "Keyed by name."},
		{"Key", "", ""},
	}
	for _, tt := range tests {
		if got := withoutName(tt.doc, tt.name); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
