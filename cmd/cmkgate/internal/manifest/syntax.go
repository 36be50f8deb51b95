package manifest

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// syntaxProblem says where YAML is broken. The YAML reader's own answer has no
// column, and its line is where the surrounding block begins, so the place is
// looked for again; that costs time, but only for a broken document.
func (d *Document) syntaxProblem(err error) Problem {
	problem := d.lineProblem(err)
	problem.Text = "cannot be parsed: " + strings.TrimSuffix(problem.Text, ".") + ". Fix the YAML; the other documents were still checked."
	if line, column, ok := locate(d.Data); ok {
		problem.Line, problem.Column = d.Line+line, column
	}
	if i := bytes.Index(d.Data, []byte("%YAML")); i >= 0 && strings.Contains(problem.Text, "incompatible YAML document") {
		problem.Line, problem.Column = d.Line+lineNumber(d.Data, i), 1
		problem.Text = "kubectl supports only YAML 1.1. Remove the line that begins with %YAML."
	}
	if strings.Contains(problem.Text, "UTF-8") {
		problem.Text += " Save the file as UTF-8."
	}
	return d.templated(problem)
}

var linePrefix = regexp.MustCompile(`^line (\d+): `)

// lineProblem makes a problem of an error that begins with its line.
func (d *Document) lineProblem(err error) Problem {
	problem := Problem{File: d.File, Line: d.Line + 1, Column: 1, Text: strings.TrimPrefix(err.Error(), "yaml: ")}
	if m := linePrefix.FindStringSubmatch(problem.Text); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			line = min(line, bytes.Count(d.Data, []byte("\n"))+1)
			problem.Line = d.Line + line
			problem.Column = firstColumn(lineOf(d.Data, line))
		}
		problem.Text = problem.Text[len(m[0]):]
	}
	return problem
}

// locate finds the line in which the trouble with a broken document begins, and
// the column where the reader gave up if it did so in that line. A bracket or a
// quote that is never closed is noticed far below; what can be said of it is
// that the document is whole up to the line before.
func locate(data []byte) (line, column int, ok bool) {
	const (
		maxSize  = 64 << 10
		maxLines = 64
	)
	if len(data) > maxSize {
		return 0, 0, false
	}
	text := bytes.TrimRight(data, " \t\r\n")
	needed, err := neededBytes(text)
	if err == nil {
		return 0, 0, false
	}
	stop := gaveUpAt(text, needed, err)
	stopLine := lineNumber(text, stop)
	for line = lineNumber(text, min(needed, len(text))); line > max(1, stopLine-maxLines); line-- {
		if !parses(linesBefore(text, line)) {
			continue
		}
		if line != stopLine {
			return line, firstColumn(lineOf(text, line)), true
		}
		break
	}
	begin := bytes.LastIndexByte(text[:stop], '\n') + 1
	return stopLine, utf8.RuneCount(text[begin:stop]) + 1, true
}

// neededBytes is how much of a text the YAML reader needs to know what is wrong
// with it. The text counts as going on with empty lines.
func neededBytes(text []byte) (int, error) {
	source := &byteByByte{data: append(bytes.Clone(text), "\n\n\n\n"...)}
	decoder := yaml.NewDecoder(source)
	for {
		var ignored yaml.Node
		err := decodeNext(decoder, &ignored)
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return source.next, err
		}
	}
}

// gaveUpAt is the offset of what the YAML reader could not take.
func gaveUpAt(text []byte, needed int, err error) int {
	const lookAhead = 4
	read := text[:min(needed, len(text))]
	last, size := utf8.DecodeLastRune(read)
	switch {
	case strings.Contains(err.Error(), "unknown anchor"):
		return max(bytes.LastIndexByte(read, '*'), 0)
	case size == 1 && last == utf8.RuneError, unicode.IsControl(last) && !strings.ContainsRune("\t\r\n", last):
		return len(read) - size // bytes that cannot be text
	}
	return min(max(needed-lookAhead, 0), len(text))
}

func lineNumber(data []byte, offset int) int {
	return bytes.Count(data[:offset], []byte("\n")) + 1
}

// byteByByte is a reader that knows how much of it was needed.
type byteByByte struct {
	data []byte
	next int
}

func (b *byteByByte) Read(p []byte) (int, error) {
	if b.next == len(b.data) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = b.data[b.next]
	b.next++
	return 1, nil
}

func parses(data []byte) bool {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var ignored yaml.Node
		err := decodeNext(decoder, &ignored)
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// linesBefore is the text before a line, counted from 1.
func linesBefore(data []byte, line int) []byte {
	at := 0
	for range line - 1 {
		at += bytes.IndexByte(data[at:], '\n') + 1
	}
	return data[:at]
}

func lineOf(data []byte, line int) []byte {
	rest := data[len(linesBefore(data, line)):]
	text, _, _ := bytes.Cut(rest, []byte("\n"))
	return text
}

// firstColumn is the column of the first character that is not blank.
func firstColumn(line []byte) int {
	return len(line) - len(bytes.TrimLeft(line, " \t")) + 1
}
