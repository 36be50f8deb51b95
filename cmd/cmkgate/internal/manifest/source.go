package manifest

import (
	"io"
	"os"
)

// source is where documents come from: a file, a stream that was kept, or what
// cannot be read.
type source struct {
	file    string
	problem *Problem
	// spool is set for what can be read only once.
	spool *Spool
	// large is set for a file of at least that size.
	large bool
}

func unreadable(path string, err error) source {
	return source{file: path, problem: &Problem{File: path, Text: reason(err)}}
}

// batches cuts what is long, so that several workers can share it.
func (s *source) batches(yield func(Batch) bool) bool {
	switch {
	case s.problem != nil:
		return yield(Batch{File: s.file, Problem: s.problem})
	case s.spool != nil:
		return pieces(s.file, s.spool.Open(), yield)
	case !s.large:
		return yield(Batch{File: s.file, First: true})
	}
	f, err := os.Open(s.file)
	if err != nil {
		return yield(Batch{File: s.file, Problem: &Problem{File: s.file, Text: reason(err)}})
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return pieces(s.file, f, yield)
}

// read returns all bytes.
func (s *source) read() ([]byte, error) {
	if s.spool != nil {
		return io.ReadAll(s.spool.Open())
	}
	return os.ReadFile(s.file)
}
