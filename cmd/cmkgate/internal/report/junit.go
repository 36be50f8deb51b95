package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
)

// junit writes a test report as GitLab and Jenkins read it: a suite a file, a
// failed test a denial, a passed one an object that is admitted.
type junit struct {
	Options
	w       io.Writer
	started bool
	suite   junitSuite
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	// Name is the test, Class what it belongs to: a policy and an object.
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	File    string       `xml:"file,attr"`
	Line    int          `xml:"line,attr,omitempty"`
	Failure *junitDetail `xml:"failure"`
	Error   *junitDetail `xml:"error"`
	// Output holds what does not fail the check.
	Output string `xml:"system-out,omitempty"`
}

type junitDetail struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func (j *junit) Write(b *Batch) error {
	for i := range b.Problems {
		if err := j.add(b.Problems[i].File, unreadCase(&b.Problems[i])); err != nil {
			return err
		}
	}
	for i := range b.Results {
		if err := j.add(b.Results[i].File, j.resultCase(&b.Results[i])); err != nil {
			return err
		}
	}
	for i := range b.Passed {
		r := &b.Passed[i]
		c := junitCase{Name: manifest.Printable(subject(r)), Class: manifest.Printable(r.Kind), File: manifest.Printable(r.File), Line: line(r)}
		if err := j.add(r.File, c); err != nil {
			return err
		}
	}
	return nil
}

func unreadCase(p *manifest.Problem) junitCase {
	return junitCase{
		Name: "can be checked", Class: "input", File: manifest.Printable(p.File), Line: p.Line,
		Error: &junitDetail{Message: manifest.Printable(p.Text), Type: "input", Text: p.String()},
	}
}

func (j *junit) resultCase(r *Result) junitCase {
	c := junitCase{Name: headline(r) + " [" + label(r) + "]", Class: r.Policy, File: manifest.Printable(r.File), Line: line(r)}
	s := SeverityOf(r)
	whole := fmt.Sprintf("%s: %s: %s", place(r), s, sentence(r))
	if s == Denied || s == Warning && j.WarningsFail {
		c.Failure = &junitDetail{Message: manifest.Printable(r.Message), Type: label(r), Text: whole}
		return c
	}
	c.Output = whole
	return c
}

// line is where a result stands in its own file.
func line(r *Result) int {
	if r.Rendered != "" {
		return 0
	}
	return r.Line
}

// manyTests is when a suite is written and another one of the same name begun,
// so that a file with any number of findings needs little memory.
const manyTests = 1000

// add puts a test into the suite of its file, and writes the suite before.
func (j *junit) add(file string, c junitCase) error {
	if file = manifest.Printable(file); file != j.suite.Name || j.suite.Tests >= manyTests {
		if err := j.flush(); err != nil {
			return err
		}
		j.suite.Name = file
	}
	j.suite.Tests++
	switch {
	case c.Failure != nil:
		j.suite.Failures++
	case c.Error != nil:
		j.suite.Errors++
	}
	j.suite.Cases = append(j.suite.Cases, c)
	return nil
}

func (j *junit) flush() error {
	var b strings.Builder
	if !j.started {
		j.started = true
		b.WriteString(xml.Header + `<testsuites name="cmkgate">` + "\n")
	}
	if j.suite.Tests > 0 {
		e := xml.NewEncoder(&b)
		e.Indent("", "  ")
		if err := e.Encode(&j.suite); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
		b.WriteByte('\n')
	}
	j.suite = junitSuite{}
	return write(j.w, b.String())
}

func (j *junit) Close(Summary) error {
	if err := j.flush(); err != nil {
		return err
	}
	return write(j.w, "</testsuites>\n")
}
