package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/policies"
)

var update = flag.Bool("update", false, "write the golden files anew")

// ordinary is a check that found something of every kind.
func ordinary() Batch {
	volume := Result{
		File: "deploy/train.yaml", Line: 12, Column: 23, EndLine: 12, EndColumn: 36,
		Group: "sagemaker.services.k8s.aws", Kind: "TrainingJob", Namespace: "ml", Name: "churn",
		Policy: "sagemaker-volume-key", Reason: policies.AWSManaged, Mode: policies.Enforce, Path: "spec.resourceConfig.volumeKMSKeyID",
		Message: `"alias/aws/ebs" is managed by AWS, not by your organization. Set it to KEY or remove the field.`,
		Fix:     []Fix{{Path: "spec.resourceConfig.volumeKMSKeyID", Value: "KEY"}},
		Changes: []Change{{Begin: manifest.Place{Line: 12, Column: 23}, End: manifest.Place{Line: 12, Column: 36}, Text: "KEY"}},
	}
	output, vpc, remark, rendered := volume, volume, volume, volume
	output.Policy, output.Reason, output.Path, output.Inject = "sagemaker-output-key", policies.Missing, "spec.outputDataConfig.kmsKeyID", true
	output.Message, output.Line, output.EndLine, output.Changes = "no key is named.", 9, 9, nil
	vpc.Policy, vpc.Reason, vpc.Mode, vpc.Fix, vpc.Changes = "transit-vpc", policies.PublicNetwork, policies.Warn, nil, nil
	remark.File, remark.Policy, remark.Mode, remark.EndLine, remark.EndColumn, remark.Changes = "/srv/with space/é.yaml", "schema", policies.Audit, 0, 0, nil
	rendered.File, rendered.Rendered, rendered.Name = "chart/templates/job.yaml", "stdin", "other"
	return Batch{
		Results: []Result{volume, output, vpc, remark, rendered},
		Problems: []manifest.Problem{
			{File: "deploy/broken.yaml", Line: 7, Column: 9, Text: "cannot be parsed: did not find expected key."},
			{File: "deploy/secret.yaml", Text: "cannot be read: permission denied."},
		},
		Passed: []Result{{File: "deploy/good.yaml", Line: 4, Column: 9, Kind: "Bucket", Name: "data", Path: "metadata.name"}},
	}
}

// Whoever writes a manifest chooses its names, and Git takes nearly any file name.
const hostile = "a\x00\x1b[31m\u009b1m\x7f\r\n::error::owned]]><b>|`@org/team` [x](http://evil) %0A,:;\u2028\xff\xfe\"'</code>*_~&amp;" + "${x}"

func hostileBatch() Batch {
	r := Result{
		File: hostile, Line: 1, Column: 1, Group: hostile, Kind: hostile, Namespace: hostile, Name: hostile,
		Policy: "schema", Reason: policies.Malformed, Mode: policies.Enforce, Path: hostile, Message: hostile,
		Fix:     []Fix{{Path: hostile, Pointer: hostile, Value: hostile}},
		Changes: []Change{{Begin: manifest.Place{Line: 1, Column: 1}, End: manifest.Place{Line: 1, Column: 1}, Text: hostile}},
	}
	long := r
	long.Message = strings.Repeat("é", 1<<20)
	rendered := r
	rendered.Rendered = hostile
	return Batch{
		Results:  []Result{r, long, rendered},
		Problems: []manifest.Problem{{File: hostile, Line: 1, Column: 1, Text: hostile}},
		Passed:   []Result{r},
	}
}

func rules() []policies.Policy {
	return []policies.Policy{
		{ID: "sagemaker-volume-key", Title: "Volumes are encrypted", Protects: "volumes", Doc: "Why and **how**.\n", Default: policies.Enforce},
		{ID: "transit-vpc", Title: "Jobs run inside the VPC", Protects: "data in transit", Doc: "Why.\n", Default: policies.Warn},
		{ID: "schema", Title: "The shape", Protects: "every field", Doc: "Why.\n", Default: policies.Enforce},
		{ID: "sagemaker-output-key", Title: "Outputs are encrypted", Protects: "outputs", Doc: "Why.\n", Default: policies.Off},
	}
}

func show(t *testing.T, format string, o Options, batches ...Batch) string {
	t.Helper()
	o.Rules = rules()
	var b strings.Builder
	w, err := New(format, &b, o)
	if err != nil {
		t.Fatal(err)
	}
	s := Summary{Files: 3, Documents: 4, Objects: 3}
	for i := range batches {
		for j := range batches[i].Results {
			s.Count(&batches[i].Results[j])
		}
		s.Errors += len(batches[i].Problems)
		if err := w.Write(&batches[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFormatsShowAnOrdinaryCheck(t *testing.T) {
	for _, format := range Names() {
		t.Run(format, func(t *testing.T) {
			golden(t, format, show(t, format, Options{}, ordinary()))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// TestNoFormatLetsHostileTextOut holds that what a stranger wrote neither
// commands a terminal nor leaves the place that the format gives it.
func TestNoFormatLetsHostileTextOut(t *testing.T) {
	for _, format := range Names() {
		t.Run(format, func(t *testing.T) {
			got := show(t, format, Options{}, hostileBatch())
			if !utf8.ValidString(got) {
				t.Error("the report is not UTF-8")
			}
			for _, r := range got {
				if r < ' ' && r != '\n' || isControl(r) || r == '\u2028' && format != "json" {
					t.Fatalf("the report holds the character %U", r)
				}
			}
			for line := range strings.Lines(got) {
				if strings.HasPrefix(line, "::error::") || strings.HasPrefix(line, "::") && format != "github" {
					t.Errorf("a line is a command: %.100q", line)
				}
			}
		})
	}
}

// TestProgramsReadWhatStrangersWrote holds that the text comes back as it was,
// but for bytes that are no text.
func TestProgramsReadWhatStrangersWrote(t *testing.T) {
	want := strings.ToValidUTF8(hostile, "\uFFFD\uFFFD")
	type log struct {
		Results  []struct{ File, Message string }
		Problems []struct{ File string }
		Summary  struct{ Enforced, Errors int }
	}
	for format, read := range map[string]func([]byte, any) error{"json": json.Unmarshal, "yaml": yaml.Unmarshal} {
		var got log
		if err := read([]byte(show(t, format, Options{}, hostileBatch())), &got); err != nil {
			t.Fatal(format, err)
		}
		if len(got.Results) != 3 || got.Results[0].File != want || len(got.Problems) != 1 || got.Problems[0].File != want || got.Summary.Errors != 1 {
			t.Errorf("%s: %d results, %d problems, %+v", format, len(got.Results), len(got.Problems), got.Summary)
		}
	}
}

// TestYAMLSaysWhatJSONSays holds it for the values and for their order.
func TestYAMLSaysWhatJSONSays(t *testing.T) {
	var fromJSON, fromYAML yaml.Node
	for format, node := range map[string]*yaml.Node{"json": &fromJSON, "yaml": &fromYAML} {
		if err := yaml.Unmarshal([]byte(show(t, format, Options{}, ordinary(), ordinary())), node); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(flat(&fromJSON), flat(&fromYAML)); diff != "" {
		t.Error(diff)
	}
}

func flat(n *yaml.Node) []string {
	out := []string{n.Tag + " " + n.Value}
	for _, c := range n.Content {
		out = append(out, flat(c)...)
	}
	return out
}

func TestEveryFormatShowsNothingAsNothing(t *testing.T) {
	for _, format := range Names() {
		golden(t, format+"_empty", show(t, format, Options{}))
	}
}

// junitReport is what Jenkins' JUnit plugin and GitLab's parser look at: suites
// with a name, tests with a name, a class name and a file, of which failure,
// error and system-out are read. Jenkins' XSD asks for the name and the number of
// tests of a suite and for the name of a test.
type junitReport struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Cases    []struct {
			Name    string       `xml:"name,attr"`
			Class   string       `xml:"classname,attr"`
			File    string       `xml:"file,attr"`
			Failure *junitDetail `xml:"failure"`
			Error   *junitDetail `xml:"error"`
			Output  string       `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func TestJUnitCountsAndNamesWhatReadersLookFor(t *testing.T) {
	for _, c := range []struct {
		options          Options
		batch            Batch
		failures, errors int
	}{
		{Options{}, ordinary(), 2, 2},
		{Options{WarningsFail: true}, ordinary(), 3, 2},
		{Options{}, hostileBatch(), 3, 1},
	} {
		var got junitReport
		if err := xml.Unmarshal([]byte(show(t, "junit", c.options, c.batch)), &got); err != nil {
			t.Fatal(err)
		}
		failures, errors := 0, 0
		for _, s := range got.Suites {
			if s.Name == "" || s.Tests != len(s.Cases) || s.Tests == 0 {
				t.Errorf("the suite %q has %d tests and says %d", s.Name, len(s.Cases), s.Tests)
			}
			found := [2]int{}
			for _, test := range s.Cases {
				if test.Name == "" || test.Class == "" || test.File != s.Name {
					t.Errorf("%+v", test)
				}
				if test.Failure != nil {
					found[0]++
				}
				if test.Error != nil {
					found[1]++
				}
			}
			if found != [2]int{s.Failures, s.Errors} {
				t.Errorf("%s: %v, told %d, %d", s.Name, found, s.Failures, s.Errors)
			}
			failures, errors = failures+s.Failures, errors+s.Errors
		}
		if failures != c.failures || errors != c.errors {
			t.Errorf("%d failures and %d errors, want %d and %d", failures, errors, c.failures, c.errors)
		}
	}
}

func TestQuietLeavesDenialsToPeople(t *testing.T) {
	for _, format := range []string{"text", "github", "markdown"} {
		got := show(t, format, Options{Quiet: true}, ordinary())
		if !strings.Contains(got, "sagemaker-volume-key/aws-managed") || strings.Contains(got, "transit-vpc") || strings.Contains(got, "sagemaker-output-key") {
			t.Errorf("%s:\n%s", format, got)
		}
	}
}

func TestOnlyTextIsColored(t *testing.T) {
	for _, format := range Names() {
		if plain, colored := show(t, format, Options{}, ordinary()), show(t, format, Options{Color: true}, ordinary()); (plain != colored) != (format == "text") {
			t.Errorf("%s: %q", format, colored)
		}
	}
}

// TestGitHubReadsACommandAsItWasMeant decodes commands as the runner does.
func TestGitHubReadsACommandAsItWasMeant(t *testing.T) {
	got, _, _ := strings.Cut(show(t, "github", Options{}, hostileBatch()), "\n")
	rest, ok := strings.CutPrefix(got, "::error ")
	properties, data, ok2 := strings.Cut(rest, "::")
	if !ok || !ok2 {
		t.Fatal(got)
	}
	decode := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	fields := map[string]string{}
	for field := range strings.SplitSeq(properties, ",") {
		name, value, _ := strings.Cut(field, "=")
		fields[name] = decode.Replace(value)
	}
	want := map[string]string{"file": manifest.Printable(hostile), "line": "1", "col": "1", "title": "not checked"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
	if decode.Replace(data) != manifest.Printable(hostile) {
		t.Errorf("got %q", data)
	}
}

func TestMarkdownStaysBelowTheLimitOfAComment(t *testing.T) {
	b := ordinary()
	for range 1000 {
		b.Results = append(b.Results, b.Results[:4]...)
		b.Problems = append(b.Problems, b.Problems[0])
		if len(b.Results) > 4000 {
			break
		}
	}
	got := show(t, "markdown", Options{}, b)
	if len(got) > 65536 || strings.Count(got, "more.") != 5 {
		t.Errorf("%d bytes, %d sections are cut", len(got), strings.Count(got, "more."))
	}
}

// TestMarkdownTablesKeepTheirColumns holds that no text opens a cell, a row, an
// element or a code span of its own.
func TestMarkdownTablesKeepTheirColumns(t *testing.T) {
	got := show(t, "markdown", Options{}, hostileBatch())
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 5 && strings.Count(line, "|") != 3 {
			t.Errorf("%.200s", line)
		}
	}
	left := strings.NewReplacer("<code>", "", "</code>", "", "<details>", "", "</details>", "", "<summary>", "", "</summary>", "", "<!-- -->", "").Replace(got)
	if i := strings.IndexAny(left, "<>`@*"); i >= 0 {
		t.Errorf("%.100q", left[i:])
	}
}

func TestSARIFIsWhatTheStandardAsksFor(t *testing.T) {
	schema := sarifSchemaOf(t)
	for name, batches := range map[string][]Batch{"ordinary": {ordinary(), ordinary()}, "hostile": {hostileBatch()}, "nothing": nil} {
		var log any
		decoder := json.NewDecoder(bytes.NewReader([]byte(show(t, "sarif", Options{Version: "v1.2.3"}, batches...))))
		decoder.UseNumber()
		if err := decoder.Decode(&log); err != nil {
			t.Fatal(name, err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSARIFMessagesHoldNoLinks(t *testing.T) {
	var log struct {
		Runs []struct{ Results []struct{ Message sarifText } }
	}
	if err := json.Unmarshal([]byte(show(t, "sarif", Options{}, hostileBatch())), &log); err != nil { //nolint:musttag // the names differ in case only
		t.Fatal(err)
	}
	for _, r := range log.Runs[0].Results {
		if strings.Contains(r.Message.Text, "](") {
			t.Errorf("a viewer makes a link of %.200q", r.Message.Text)
		}
	}
}

func TestSARIFKnowsAFindingAgainWhenLinesMove(t *testing.T) {
	prints := func(b Batch) []string {
		var log struct {
			Runs []struct {
				Results []struct {
					PartialFingerprints map[string]string
				}
			}
		}
		if err := json.Unmarshal([]byte(show(t, "sarif", Options{}, b)), &log); err != nil { //nolint:musttag // the names differ in case only
			t.Fatal(err)
		}
		var out []string
		for _, r := range log.Runs[0].Results {
			out = append(out, r.PartialFingerprints["primaryLocationLineHash"])
		}
		return out
	}
	before, moved := ordinary(), ordinary()
	for i := range moved.Results {
		moved.Results[i].Line += 10
		moved.Results[i].Column++
		moved.Results[i].Message += " Reworded."
	}
	if diff := cmp.Diff(prints(before), prints(moved)); diff != "" {
		t.Error(diff)
	}
	before.Results = append(before.Results, before.Results...)
	seen := map[string]bool{}
	for _, p := range prints(before) {
		if seen[p] {
			t.Errorf("two findings have the fingerprint %s", p)
		}
		seen[p] = true
	}
}
