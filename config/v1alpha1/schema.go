package v1alpha1

import _ "embed"

//go:generate go run ../internal/schemagen

//go:embed schema.json
var schema string

// Schema is the JSON schema of the file format, as JSON: for editors, for the
// chart, and for everyone who checks a file without cmkgate.
func Schema() []byte { return []byte(schema) }
