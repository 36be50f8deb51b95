package manifest

import (
	"bytes"
	"io"
	"iter"
	"os"
)

// Batch is what one worker reads at a time: a file, or a piece of a large one.
type Batch struct {
	File string
	// Number counts the batches of the input, and Source its files and streams.
	Number, Source int
	// First is set unless the batch continues a file.
	First bool
	// Problem is set if there is nothing to read.
	Problem *Problem

	// piece is a run of documents that begins after a number of lines; it is
	// nil if the worker opens the file itself.
	piece []byte
	line  int
}

// IsFile reports whether the batch is a whole file.
func (b *Batch) IsFile() bool { return b.Problem == nil && b.piece == nil }

// Documents reads the batch with a worker's own splitter.
func (b *Batch) Documents(s *Splitter) iter.Seq2[Document, *Problem] {
	return func(yield func(Document, *Problem) bool) {
		if b.Problem != nil {
			yield(Document{}, b.Problem)
			return
		}
		if b.piece != nil {
			s.Documents(b.File, b.line, bytes.NewReader(b.piece))(yield)
			return
		}
		f, err := os.Open(b.File)
		if err != nil {
			yield(Document{}, &Problem{File: b.File, Text: reason(err)})
			return
		}
		defer f.Close() //nolint:errcheck // nothing was written
		s.Documents(b.File, 0, f)(yield)
	}
}

// pieces reads a stream and cuts it, between documents, into batches that
// several workers can share.
func pieces(file string, src io.Reader, yield func(Batch) bool) bool {
	const enough = 8 << 10
	var s Splitter
	batch := Batch{File: file, First: true}
	flush := func() bool {
		if len(batch.piece) == 0 && batch.Problem == nil {
			return true
		}
		ok := yield(batch)
		batch = Batch{File: file}
		return ok
	}
	for doc, problem := range s.Documents(file, 0, src) {
		if problem != nil {
			if !flush() {
				return false
			}
			batch.Problem = problem
			if !flush() {
				return false
			}
			continue
		}
		if len(batch.piece) == 0 {
			batch.line = doc.Line
			batch.piece = make([]byte, 0, max(enough+enough/2, len(doc.Data)))
		}
		batch.piece = append(batch.piece, doc.Data...)
		if len(batch.piece) >= enough && !flush() {
			return false
		}
	}
	return flush()
}
