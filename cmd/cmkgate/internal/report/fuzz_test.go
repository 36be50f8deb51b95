package report

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/policies"
)

// FuzzFormats holds that no text breaks a report: each is read back by a reader
// of its format, and has as many lines as it has results.
func FuzzFormats(f *testing.F) {
	f.Add(hostile, hostile, hostile)
	f.Add("a.yaml", "ml/churn", "] ]]> --> | ` {{x}} ]( ")
	f.Add("\u0085\ufeff\ufffe\U0001f600", "%25::", "=\"-- ~/- #")
	f.Fuzz(func(t *testing.T, file, name, message string) {
		r := Result{
			File: file, Line: 1, Column: 1, Kind: "Bucket", Name: name, Policy: "schema", Reason: policies.Malformed, Mode: policies.Enforce,
			Path: name, Message: message, Fix: []Fix{{Path: name, Value: message}},
			Changes: []Change{{Begin: manifest.Place{Line: 1, Column: 1}, End: manifest.Place{Line: 1, Column: 1}, Text: message}},
		}
		batch := Batch{Results: []Result{r}, Problems: []manifest.Problem{{File: file, Text: message}}, Passed: []Result{r}}
		readers := map[string]func([]byte, any) error{"json": json.Unmarshal, "sarif": json.Unmarshal, "yaml": yaml.Unmarshal}
		for _, format := range Names() {
			got := show(t, format, Options{}, batch)
			if !utf8.ValidString(got) {
				t.Errorf("%s is not UTF-8", format)
			}
			if read := readers[format]; read != nil {
				var whole map[string]any
				if err := read([]byte(got), &whole); err != nil {
					t.Errorf("%s: %v\n%s", format, err, got)
				}
			}
			lines := strings.Count(got, "\n")
			switch format {
			case "junit":
				var report junitReport
				if err := xml.Unmarshal([]byte(got), &report); err != nil {
					t.Errorf("%v\n%s", err, got)
				}
			case "text":
				if lines != 3 {
					t.Errorf("text: %d lines\n%s", lines, got)
				}
			case "github":
				if lines != 3 {
					t.Errorf("github: %d lines\n%s", lines, got)
				}
			case "markdown":
				if lines != 15 {
					t.Errorf("markdown: %d lines\n%s", lines, got)
				}
			}
		}
	})
}
