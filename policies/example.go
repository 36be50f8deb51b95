package policies

import "embed"

// examples are the fixtures that `cmkgate explain` shows. The tests hold that
// the first of each two is found and the second is not.
//
//go:embed testdata/*/deny/example.yaml testdata/*/pass/example.yaml
var examples embed.FS

// Example is an example of a policy's findings.
type Example struct {
	// Before has one finding, After is the same fixed.
	Before, After string
}

// ExampleOf returns the example of a policy; it is empty for other IDs.
func ExampleOf(id ID) Example {
	read := func(kind string) string {
		text, err := examples.ReadFile("testdata/" + id + "/" + kind + "/example.yaml")
		if err != nil {
			return ""
		}
		return string(text)
	}
	return Example{Before: read("deny"), After: read("pass")}
}
