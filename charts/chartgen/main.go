// Chartgen writes what the chart takes from cmkgate's code: the webhooks, from
// the catalog, and the schema of the values, from that of the configuration. It
// runs at go generate, in the folder charts, and never in a program of cmkgate.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("cmkgate"); err != nil {
		fmt.Fprintln(os.Stderr, "chartgen:", err)
		os.Exit(1)
	}
}

func run(chart string) error {
	for file, generate := range map[string]func() ([]byte, error){
		"files/webhooks.yaml": webhooks,
		"values.schema.json":  valuesSchema,
	} {
		data, err := generate()
		if err != nil {
			return fmt.Errorf("make %s: %w", file, err)
		}
		if err := os.WriteFile(filepath.Join(chart, file), data, 0o644); err != nil { //nolint:gosec // source, for everyone to read
			return err
		}
	}
	return nil
}
