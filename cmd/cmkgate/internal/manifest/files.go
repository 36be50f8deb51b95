package manifest

import (
	"bytes"
	"io"
	"iter"
	"os"
	"path/filepath"
)

// File is a file as a whole, or standard input.
type File struct {
	Name    string
	Problem *Problem
	stdin   *Spool
}

// Files walks the input as Batches does, but leaves files in one piece and comes
// to each only once.
func (in *Input) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		seen := map[string]bool{}
		for b := range in.Batches() {
			f := File{Name: b.File, Problem: b.Problem}
			if b.First {
				f.Problem = nil // of its first piece; whoever reads the file comes to it again
			}
			if in.Stdin != nil && b.File == stdinName {
				f.stdin = in.Stdin
			}
			if name := filepath.Clean(b.File); !seen[name] {
				seen[name] = true
				if !yield(f) {
					return
				}
			}
		}
	}
}

// Read returns the bytes of the file.
func (f *File) Read() ([]byte, *Problem) {
	if f.Problem != nil {
		return nil, f.Problem
	}
	data, err := f.read()
	if err != nil {
		return nil, &Problem{File: f.Name, Text: reason(err)}
	}
	return data, nil
}

func (f *File) read() ([]byte, error) {
	if f.stdin != nil {
		return io.ReadAll(f.stdin.Open())
	}
	return os.ReadFile(f.Name)
}

// Split cuts the bytes of a file into documents, which together are the file. It
// fails where it cannot be changed in parts.
func Split(file string, data []byte, splitter *Splitter) ([]Document, *Problem) {
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		return nil, &Problem{File: file, Text: "is written in UTF-16, which cmkgate does not edit. Convert it to UTF-8."}
	}
	var out []Document
	at := 0
	for doc, problem := range splitter.Documents(file, 0, bytes.NewReader(data)) {
		if problem != nil {
			return nil, problem
		}
		doc.Data = data[at : at+len(doc.Data) : at+len(doc.Data)]
		at += len(doc.Data)
		out = append(out, doc)
	}
	if at != len(data) {
		return nil, &Problem{File: file, Text: "cannot be cut into documents."}
	}
	return out, nil
}
