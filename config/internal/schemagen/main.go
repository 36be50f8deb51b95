// Schemagen writes config/v1alpha1/schema.json, the JSON schema of the
// configuration file, from the Go types of package v1alpha1: their json tags,
// doc comments, Values and Patterns, and from Default. It runs at go generate,
// in that package's folder, and never in a program of cmkgate.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	data, err := generate(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(dir+"/schema.json", data, 0o644) //nolint:gosec // source, for everyone to read
}
