package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
)

//go:embed values.schema.yaml
var ownSchema []byte

// valuesSchema puts the schema of the configuration under config, and the names
// of the alerts where the values name alerts. The chart writes apiVersion and kind, and asks for what is required with a remedy.
func valuesSchema() (_ []byte, err error) {
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
	if schema["definitions"], err = withAlerts(schema["definitions"]); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema as JSON: %w", err)
	}
	return append(out, '\n'), nil
}

// withAlerts adds to definitions what an alert can be called.
func withAlerts(definitions any) (map[string]any, error) {
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert string `json:"alert"`
			} `json:"rules"`
		} `json:"groups"`
	}
	data, err := os.ReadFile("cmkgate/files/alerts.yaml")
	if err != nil {
		return nil, fmt.Errorf("read the alerts: %w", err)
	}
	if err := yaml.Unmarshal(data, &rules); err != nil {
		return nil, fmt.Errorf("read the alerts: %w", err)
	}
	names := []any{}
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			names = append(names, rule.Alert)
		}
	}
	all, ok := definitions.(map[string]any)
	if !ok {
		return nil, errors.New("values.schema.yaml has no definitions")
	}
	all["alert"] = map[string]any{"type": "string", "enum": names}
	return all, nil
}
