package manifest

import (
	"bytes"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decodeUTF16 turns a stream that begins with the byte order mark of UTF-16
// into UTF-8. PowerShell writes such files when the output of kubectl is
// redirected to one.
func (s *Splitter) decodeUTF16() {
	for s.end < 2 && s.err == nil {
		s.fill()
	}
	head := s.buf[:min(s.end, 2)]
	if !bytes.Equal(head, []byte{0xFF, 0xFE}) && !bytes.Equal(head, []byte{0xFE, 0xFF}) {
		return
	}
	read := &resumed{head: bytes.Clone(s.buf[:s.end]), splitter: *s}
	s.src = transform.NewReader(read, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	s.start, s.end, s.err = 0, 0, nil
}

// resumed is a stream whose head has already been read.
type resumed struct {
	head     []byte
	splitter Splitter
}

func (r *resumed) Read(p []byte) (int, error) {
	if len(r.head) > 0 {
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	if r.splitter.err != nil {
		return 0, r.splitter.err
	}
	return r.splitter.src.Read(p) //nolint:wrapcheck // a reader hands errors on
}
