package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync/atomic"
)

// Document is one YAML or JSON document of a file, not yet parsed.
type Document struct {
	File string
	// Line is the number of lines in the file before the document.
	Line int
	// Data is valid until the next document is asked for.
	Data []byte
	// begin is where the data begins in the document that this is a part of.
	begin int
	// parses counts how often a document is parsed, nil if nobody asks.
	parses *atomic.Int64
}

// maxDocument bounds one document, in bytes. An object of more than 1.5 MB does
// not fit into etcd, so only a List can be larger than that.
const maxDocument = 16 << 20

// Splitter cuts a stream of YAML into documents. It works before the parser
// does, so that one broken document does not take the others with it and a
// stream of any length needs the memory of its largest document.
//
// A line that begins with --- or ... ends a document wherever it stands: YAML
// forbids it inside scalars (YAML 1.2.2, production c-forbidden).
//
// A Splitter keeps its buffer from one stream to the next. The zero value is ready.
type Splitter struct {
	src  io.Reader
	file string
	line int
	// buf[start:end] is what was read and not yet handed out.
	buf        []byte
	start, end int
	// err is what ended the stream, io.EOF as a rule.
	err error
	// parses is what documents are given.
	parses *atomic.Int64
}

// Documents cuts a stream that begins after the given number of lines of a
// file. A document that cannot be handed out comes as a problem instead; the
// documents after it still come.
func (s *Splitter) Documents(file string, line int, src io.Reader) iter.Seq2[Document, *Problem] {
	return func(yield func(Document, *Problem) bool) {
		s.src, s.file, s.line, s.start, s.end, s.err = src, file, line, 0, 0, nil
		s.decodeUTF16()
		for {
			length, tooLarge := s.measure()
			switch {
			case tooLarge:
				if !yield(Document{}, s.skip()) {
					return
				}
			case length > 0:
				doc := Document{File: s.file, Line: s.line, Data: s.buf[s.start : s.start+length], parses: s.parses}
				s.drop(length)
				if !yield(doc, nil) {
					return
				}
			default:
				if !errors.Is(s.err, io.EOF) {
					yield(Document{}, &Problem{File: s.file, Text: fmt.Sprintf("cannot be read: %v.", s.err)})
				}
				return
			}
		}
	}
}

// measure returns the length of the next document, 0 at the end of the stream.
func (s *Splitter) measure() (length int, tooLarge bool) {
	for at := 0; ; {
		line, ended := s.lineAt(at)
		if at+len(line) > maxDocument {
			return 0, true
		}
		switch marker(line) {
		case "---":
			if at > 0 && !isPrologue(s.buf[s.start:s.start+at]) {
				return at, false
			}
		case "...":
			return at + len(line), false
		}
		at += len(line)
		if ended {
			return at, false
		}
	}
}

// lineAt returns the line that begins at an offset from start, its line break
// included, and whether the stream ends with it. A line that is too long for
// any document is returned in part.
func (s *Splitter) lineAt(at int) (line []byte, ended bool) {
	for {
		rest := s.buf[s.start+at : s.end]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			return rest[:i+1], false
		}
		if s.err != nil {
			return rest, true
		}
		if len(rest) > maxDocument {
			return rest, false
		}
		s.fill()
	}
}

// fill reads more, after it has made room: by moving what is left to the front
// or by doubling the buffer.
func (s *Splitter) fill() {
	const firstSize = 16 << 10
	if s.end == len(s.buf) {
		into := s.buf
		if s.start < len(s.buf)/2 || len(s.buf) == 0 {
			into = make([]byte, max(2*len(s.buf), firstSize))
		}
		s.end = copy(into, s.buf[s.start:s.end])
		s.buf, s.start = into, 0
	}
	n, err := s.src.Read(s.buf[s.end:])
	s.end += n
	s.err = err
}

// drop moves past what was handed out.
func (s *Splitter) drop(length int) {
	s.line += bytes.Count(s.buf[s.start:s.start+length], []byte("\n"))
	s.start += length
}

// skip moves past a document that is too large, without holding it.
func (s *Splitter) skip() *Problem {
	problem := &Problem{
		File: s.file, Line: s.line + 1, Column: 1,
		Text: fmt.Sprintf("the document is larger than %d MiB; split the List.", maxDocument>>20),
	}
	for first := true; ; first = false {
		line, ended := s.lineAt(0)
		if m := marker(line); m == "---" && !first {
			return problem
		} else if m == "..." {
			ended = true
		}
		s.drop(len(line))
		if ended {
			return problem
		}
	}
}

// marker returns --- or ... when the line is such a marker.
func marker(line []byte) string {
	if len(line) > 3 && line[3] != ' ' && line[3] != '\t' && line[3] != '\r' && line[3] != '\n' {
		return ""
	}
	switch {
	case bytes.HasPrefix(line, []byte("---")):
		return "---"
	case bytes.HasPrefix(line, []byte("...")):
		return "..."
	}
	return ""
}

// isPrologue reports whether a text holds the directives (%YAML, %TAG) of
// the document that follows it, and comments at most.
func isPrologue(text []byte) bool {
	directives := false
	for line := range bytes.Lines(text) {
		switch trimmed := bytes.TrimSpace(line); {
		case line[0] == '%':
			directives = true
		case len(trimmed) > 0 && trimmed[0] != '#':
			return false
		}
	}
	return directives
}
