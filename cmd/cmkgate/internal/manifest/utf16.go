package manifest

import (
	"bytes"
	"io"

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
	head := s.buf[:s.end]
	if !bytes.HasPrefix(head, []byte{0xFF, 0xFE}) && !bytes.HasPrefix(head, []byte{0xFE, 0xFF}) {
		return
	}
	rest := s.src
	if s.err != nil {
		rest = failed{s.err}
	}
	whole := io.MultiReader(bytes.NewReader(bytes.Clone(head)), rest)
	s.src = transform.NewReader(whole, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	s.start, s.end, s.err = 0, 0, nil
}

// failed is a stream that has ended with an error.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
