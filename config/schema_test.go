package config

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
	"github.com/cmkgate/cmkgate/policies"
)

// readers are the two ways in which tools read YAML before they ask a schema:
// editors as YAML 1.2, Helm and kubectl as YAML 1.1.
func readers() map[string]func(*testing.T, []byte) []byte {
	return map[string]func(*testing.T, []byte) []byte{
		"YAML 1.2": func(t *testing.T, data []byte) []byte {
			t.Helper()
			var value any
			if err := yaml.Unmarshal(data, &value); err != nil {
				t.Fatal(err)
			}
			out, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			return out
		},
		"YAML 1.1": func(t *testing.T, data []byte) []byte {
			t.Helper()
			out, err := sigsyaml.YAMLToJSON(data)
			if err != nil {
				t.Fatal(err)
			}
			return out
		},
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(v1alpha1.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, data []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

func TestTheSchemaAcceptsTheSamples(t *testing.T) {
	schema := compileSchema(t)
	for _, file := range samples(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, read := range readers() {
			if err := validate(t, schema, read(t, data)); err != nil {
				t.Errorf("%s as %s: %v", file, name, err)
			}
		}
	}
}

// The schema cannot tell everything that Load tells, but what it rejects must
// be wrong to Load as well.
func TestTheSchemaRejectsWhatLoadRejects(t *testing.T) {
	tests := []struct{ name, text string }{
		{"no apiVersion", "kind: Config\naws: {region: eu-west-1, accountID: '111122223333'}"},
		{"another kind", "apiVersion: cmkgate.io/v1alpha1\nkind: Policy\naws: {region: eu-west-1, accountID: '111122223333'}"},
		{"no region", "apiVersion: cmkgate.io/v1alpha1\nkind: Config\naws: {accountID: '111122223333'}"},
		{"an unknown field", header + "trustedKey: {}"},
		{"an unknown field further down", header + "trustedKeys: {account: []}"},
		{"a key without its ARN", header + "defaultKeys: [{purposes: [output]}]"},
		{"an alias as a default key", header + "defaultKeys: [{arn: 'arn:aws:kms:eu-west-1:111122223333:alias/ml'}]"},
		{"a key ID as a trusted key", header + "trustedKeys: {arns: [11111111-1111-1111-1111-111111111111]}"},
		{"an account without quotes", header + "trustedKeys: {accounts: [111122223333]}"},
		{"a short account", header + "trustedKeys: {accounts: ['1111']}"},
		{"an unknown purpose", header + "defaultKeys: [{arn: 'arn:aws:kms:eu-west-1:111122223333:key/mrk-11111111111111111111111111111111', purposes: [outputs]}]"},
		{"an unknown choice", header + "localStorage: omit"},
		{"an unknown policy", header + "policies: {s3-bucket: {mode: Warn}}"},
		{"an unknown mode", header + "policies: {s3-bucket-key: {mode: Deny}}"},
		{"a mode of true", header + "policies: {s3-bucket-key: {mode: On}}"},
		{"a mode without its object", header + "policies: {s3-bucket-key: Warn}"},
		{"an unknown storage", header + "instanceFamilies: {g5: NVMe}"},
		{"a family in capitals", header + "instanceFamilies: {G5: Local}"},
		{"a namespace that cannot be", header + "overrides: [{namespaces: ['fraud-.*'], policies: {s3-bucket-key: {mode: Warn}}}]"},
		{"a label that cannot be", header + "overrides: [{labels: {stage: 'pre-*'}, policies: {s3-bucket-key: {mode: Warn}}}]"},
		{"an override without policies", header + "overrides: [{namespaces: [a]}]"},
		{"one controller outside a list", header + "controllers: system:serviceaccount:a:b"},
	}
	schema := compileSchema(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Load(FileName, []byte(tt.text), policies.All()); err == nil {
				t.Error("Load accepts it")
			}
			if err := validate(t, schema, readers()["YAML 1.1"](t, []byte(tt.text))); err == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}
