package manifest

import "os"

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

// streamed is a stream that was kept. An empty one is what a shell makes of a
// build that failed, which must not look like a pass.
func streamed(name string, spool *Spool) source {
	if spool.isBlank() {
		return source{file: name, problem: &Problem{File: name, Text: "is empty, so nothing was checked." +
			" Check the output of the command before the pipe; with set -o pipefail, its failure makes the pipeline fail too."}}
	}
	return source{file: name, spool: spool}
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
