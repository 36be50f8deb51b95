package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
)

//go:embed values.schema.yaml
var ownSchema []byte

// valuesSchema puts the schema of the configuration under config. The chart
// writes apiVersion and kind, and asks for what is required with a remedy.
func valuesSchema() ([]byte, error) {
	var schema, config map[string]any
	if err := yaml.Unmarshal(ownSchema, &schema); err != nil {
		return nil, fmt.Errorf("read values.schema.yaml: %w", err)
	}
	if err := json.Unmarshal(v1alpha1.Schema(), &config); err != nil {
		return nil, fmt.Errorf("read the schema of the configuration: %w", err)
	}
	fields, ok := config["properties"].(map[string]any)
	if !ok {
		return nil, errors.New("the schema of the configuration has no properties")
	}
	for _, name := range []string{"apiVersion", "kind"} {
		delete(fields, name)
	}
	for _, name := range []string{"$schema", "$id", "title", "required"} {
		delete(config, name)
	}
	own, ok := schema["properties"].(map[string]any)
	if !ok {
		return nil, errors.New("values.schema.yaml has no properties")
	}
	own["config"] = config
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema as JSON: %w", err)
	}
	return append(out, '\n'), nil
}
