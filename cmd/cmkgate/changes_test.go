package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/fixtures"
)

// sarifLog is what of a SARIF log an editor needs to apply its fixes.
type sarifLog struct {
	Runs []struct {
		Results []struct {
			RuleID    string
			Locations []struct {
				PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
			}
			PartialFingerprints map[string]string
			Fixes               []struct {
				ArtifactChanges []struct {
					Replacements []replacement
				}
			}
		}
	}
}

type replacement struct {
	DeletedRegion   struct{ StartLine, StartColumn, EndLine, EndColumn int }
	InsertedContent struct{ Text string }
}

// TestFixesInSARIFPutFindingsRight applies the fixes of every fixture, written
// in several ways, and checks what comes of it: what had a fix is not found
// again, and everything still has the shape that ACK wants.
func TestFixesInSARIFPutFindingsRight(t *testing.T) {
	texts := map[string][]byte{}
	for _, f := range fixtures.All(t, "../../policies/testdata") {
		name := f.Policy + "_" + f.Kind + "_" + f.Name
		for style, text := range spellings(t, []byte(f.Text)) {
			ending := ".yaml"
			if strings.HasPrefix(style, "json") {
				ending = ".json"
			}
			texts[name+"-"+style+ending] = text
		}
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("cmkgate.yaml", []byte(benchConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	before, changes := sarifOf(t, texts)
	for name := range texts {
		texts[name] = replaced(texts[name], changes[name])
	}
	after, _ := sarifOf(t, texts)
	fixed := map[string]int{}
	for f, fixable := range before {
		if fixable {
			fixed[f.style()]++
			if _, found := after[f]; found {
				t.Errorf("%+v is found again after its fix:\n%s", f, texts[f.file])
			}
		}
	}
	for f := range after {
		if _, found := before[f]; f.rule == "schema" && !found {
			t.Errorf("%+v is found only after the fix:\n%s", f, texts[f.file])
		}
	}
	t.Log("fixes applied:", fixed)
	for _, style := range []string{"block", "crlf", "jsoncompact", "jsonindented"} {
		if fixed[style] < 70 {
			t.Errorf("%s: only %d fixes", style, fixed[style])
		}
	}
}

// found is one finding.
type found struct{ file, rule, fingerprint string }

func (f found) style() string {
	return strings.TrimSuffix(f.file[strings.LastIndex(f.file, "-")+1:], filepath.Ext(f.file))
}

// spellings are ways to write the same manifest.
func spellings(t *testing.T, source []byte) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"block": source, "crlf": bytes.ReplaceAll(source, []byte("\n"), []byte("\r\n"))}
	first, _, _ := bytes.Cut(source, []byte("\n---"))
	if compact, err := yaml.YAMLToJSON(first); err == nil && string(compact) != "null" {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, compact, "", "  "); err != nil {
			t.Fatal(err)
		}
		out["jsoncompact"], out["jsonindented"] = compact, pretty.Bytes()
	}
	return out
}

// sarifOf checks files and returns the findings, whether they have a fix, and
// all changes by file.
func sarifOf(t *testing.T, files map[string][]byte) (findings map[found]bool, changes map[string][]replacement) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, stderr bytes.Buffer
	if code := run([]string{"check", "-o", "sarif", "."}, nil, &out, &stderr); code > exitFindings {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil { //nolint:musttag // the names differ in case only
		t.Fatal(err)
	}
	findings, changes = map[found]bool{}, map[string][]replacement{}
	for _, r := range log.Runs[0].Results {
		file := r.Locations[0].PhysicalLocation.ArtifactLocation.URI
		findings[found{file, r.RuleID, r.PartialFingerprints["cmkgateFinding/v1"]}] = len(r.Fixes) > 0
		for _, f := range r.Fixes {
			for _, c := range f.ArtifactChanges[0].Replacements {
				if !slices.Contains(changes[file], c) {
					changes[file] = append(changes[file], c)
				}
			}
		}
	}
	return findings, changes
}

// replaced makes the changes from the last one to the first, so that none moves another.
func replaced(text []byte, changes []replacement) []byte {
	offset := func(line, column int) int {
		at := 0
		for range line - 1 {
			at += bytes.IndexByte(text[at:], '\n') + 1
		}
		for range column - 1 {
			_, size := utf8.DecodeRune(text[at:])
			at += size
		}
		return at
	}
	type span struct {
		begin, end int
		text       string
	}
	var spans []span
	for _, c := range changes {
		r := c.DeletedRegion
		spans = append(spans, span{offset(r.StartLine, r.StartColumn), offset(r.EndLine, r.EndColumn), c.InsertedContent.Text})
	}
	slices.Reverse(spans) // of two at one place, the first stays before the second
	slices.SortStableFunc(spans, func(a, b span) int { return b.begin - a.begin })
	for _, s := range spans {
		text = slices.Concat(text[:s.begin], []byte(s.text), text[s.end:])
	}
	return text
}
