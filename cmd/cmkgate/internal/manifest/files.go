package manifest

import (
	"bytes"
	"io"
	"os"
)

// Open opens what a batch was read from, from the beginning and as it is, by the
// name of its file.
func (in *Input) Open(file string) (io.ReadCloser, error) {
	if in.Stdin != nil && file == stdinName {
		return io.NopCloser(in.Stdin.Open()), nil
	}
	if spool := in.pipes[file]; spool != nil {
		return io.NopCloser(spool.Open()), nil
	}
	return os.Open(file) //nolint:wrapcheck // it names the file
}

// Read returns the bytes of the batch, and the number of lines before it.
func (b *Batch) Read() (data []byte, line int, problem *Problem) {
	switch {
	case b.Problem != nil:
		return nil, 0, b.Problem
	case b.piece != nil:
		return b.piece, b.line, nil
	}
	data, err := os.ReadFile(b.File)
	if err != nil {
		return nil, 0, &Problem{File: b.File, Text: reason(err)}
	}
	return data, 0, nil
}

// IsUTF16 reports whether a text begins with the byte order mark of UTF-16.
func IsUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF})
}

// UTF16 is the problem of a file that is to be changed.
func UTF16(file string) *Problem {
	return &Problem{File: file, Text: "is UTF-16, which cmkgate does not edit. Convert it to UTF-8."}
}

// Split cuts the bytes of a file, or a piece of it that begins after a number of
// lines, into documents, which together are the bytes. It fails where they cannot
// be changed in parts.
func Split(file string, line int, data []byte, splitter *Splitter) ([]Document, *Problem) {
	if IsUTF16(data) {
		return nil, UTF16(file)
	}
	var out []Document
	at := 0
	for doc, problem := range splitter.Documents(file, line, bytes.NewReader(data)) {
		if problem != nil {
			return nil, problem
		}
		doc.Data = data[at : at+len(doc.Data) : at+len(doc.Data)]
		at += len(doc.Data)
		out = append(out, doc)
	}
	if at != len(data) {
		return nil, &Problem{File: file, Text: "cannot be split into documents."}
	}
	return out, nil
}
