package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// spoolMemory is what of standard input is kept in memory; the rest goes to a
// temporary file.
const spoolMemory = 512 << 10

// Spool is standard input, kept so that it can be read twice.
type Spool struct {
	head []byte
	rest *os.File
	size int64 // of rest
}

// NewSpool reads a stream to its end.
func NewSpool(src io.Reader) (*Spool, error) {
	head := make([]byte, spoolMemory)
	n, err := io.ReadFull(src, head)
	s := &Spool{head: head[:n]}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	if s.rest, err = os.CreateTemp("", "cmkgate-stdin-*"); err != nil {
		return nil, fmt.Errorf("keep standard input, which is larger than %d KiB, in a temporary file: %w", spoolMemory>>10, err)
	}
	if s.size, err = io.Copy(s.rest, src); err != nil {
		s.Close()
		return nil, fmt.Errorf("keep standard input in %s: %w", s.rest.Name(), err)
	}
	return s, nil
}

// Open returns a reader from the beginning.
func (s *Spool) Open() io.Reader {
	if s.rest == nil {
		return bytes.NewReader(s.head)
	}
	return io.MultiReader(bytes.NewReader(s.head), io.NewSectionReader(s.rest, 0, s.size))
}

// isBlank reports whether nothing came but white space.
func (s *Spool) isBlank() bool { return s.rest == nil && len(bytes.TrimSpace(s.head)) == 0 }

// Close removes the temporary file, if there is one.
func (s *Spool) Close() {
	if s == nil || s.rest == nil {
		return
	}
	s.rest.Close()           //nolint:errcheck // it is removed
	os.Remove(s.rest.Name()) //nolint:errcheck // the system clears its temporary folder
}
