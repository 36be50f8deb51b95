package release

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sbom is what the test reads of CycloneDX 1.6.
type sbom struct {
	Metadata struct {
		Component  component  `json:"component"`
		Properties []property `json:"properties"`
	} `json:"metadata"`
	Components []component `json:"components"`
}

type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (r rehearsal) testSBOM(t *testing.T, p platform, program []byte) {
	t.Helper()
	data := r.file(t, p.sbom())
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := cycloneDX(t).Validate(document); err != nil {
		t.Error(err)
	}
	var got sbom
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	built := buildOf(t, program)
	if want := (component{"application", built.Main.Path, "v" + version}); got.Metadata.Component != want {
		t.Errorf("it is of %v; want %v", got.Metadata.Component, want)
	}
	if diff := cmp.Diff(modules(built), names(got.Components)); diff != "" {
		t.Errorf("modules of the program (-) and of the SBOM (+):\n%s", diff)
	}
	if !slices.Contains(got.Metadata.Properties, property{"cdx:gomod:binary:hash:SHA-256", hashOf(program)}) {
		t.Errorf("does not name the hash of the program, %s", hashOf(program))
	}
}

// modules are what `go version -m` lists, with the standard library.
func modules(built *buildinfo.BuildInfo) []string {
	out := []string{"std@" + built.GoVersion}
	for _, m := range built.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		out = append(out, m.Path+"@"+m.Version)
	}
	slices.Sort(out)
	return out
}

func names(components []component) []string {
	var out []string
	for _, c := range components {
		out = append(out, c.Name+"@"+c.Version)
	}
	slices.Sort(out)
	return out
}

// cycloneDX is the JSON schema of CycloneDX 1.6, as the module that hack/release pins holds it.
func cycloneDX(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir := strings.TrimSpace(output(t, "go", "-C", filepath.Join(repository, "hack", "release"),
		"list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go"))
	const base = "http://cyclonedx.org/schema/"
	compiler := jsonschema.NewCompiler()
	for name, file := range map[string]string{
		"bom-1.6.schema.json": "bom-1.6.schema.json", "spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, dir, "schema", file)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(base+name, document); err != nil {
			t.Fatal(err)
		}
	}
	return compiler.MustCompile(base + "bom-1.6.schema.json")
}
