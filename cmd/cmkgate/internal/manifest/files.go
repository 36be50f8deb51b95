package manifest

import (
	"bytes"
	"iter"
	"path/filepath"
)

// File is a file as a whole, or a stream.
type File struct {
	Name    string
	Problem *Problem
	source  source
}

// Files are the files of the input in order, each once.
func (in *Input) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		seen := map[string]bool{}
		for s := range in.found() {
			if name := filepath.Clean(s.file); !seen[name] {
				seen[name] = true
				if !yield(File{Name: s.file, Problem: s.problem, source: s}) {
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
	data, err := f.source.read()
	if err != nil {
		return nil, &Problem{File: f.Name, Text: reason(err)}
	}
	return data, nil
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
