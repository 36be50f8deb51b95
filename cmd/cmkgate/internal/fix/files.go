package fix

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/check"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/parallel"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/rewrite"
)

// origin is where what was fixed comes from.
type origin struct {
	batch manifest.Batch
	// real is the path of the file without links, "" if there is no file.
	real string
	// first is set unless the batch continues a file.
	first bool
}

// First reports whether the piece begins a file.
func (o *origin) First() bool { return o.first }

// Unread reports whether the piece stands for what could not be read.
func (o *origin) Unread() bool { return o.batch.Problem != nil }

// Files fixes the input, several files or pieces of one at a time, and passes
// on what became of them in order. It writes the files that come as a whole and
// change if it is told to.
func (f *Fixer) Files(ctx context.Context, input *manifest.Input, known *check.Known, write bool, tell func(Piece) error) error {
	upToSignal := func(yield func(origin) bool) {
		for o := range onlyOnce(input) {
			if ctx.Err() != nil || !yield(o) {
				return
			}
		}
	}
	return parallel.InOrder(f.Workers, upToSignal, func() func(origin) Piece { //nolint:wrapcheck // it is of tell, or a panic
		splitter := input.Splitter()
		return func(o origin) Piece {
			data, lines, problem := o.batch.Read()
			if problem != nil {
				return Piece{origin: o, Problems: []manifest.Problem{*problem}}
			}
			out := f.Piece(o.batch.File, lines, data, splitter, known)
			out.origin = o
			out.again = func(moved int) []manifest.Problem {
				return f.Piece(o.batch.File, lines+moved, data, &manifest.Splitter{}, known).Problems
			}
			if write && o.batch.IsFile() && len(out.Fixes) > 0 {
				out.write()
			}
			return out
		}
	}, tell)
}

func (out *Piece) write() {
	if err := rewrite.File(out.batch.File, out.Before, out.After); err != nil {
		out.Fixes = nil
		out.Problems = append(out.Problems, manifest.Problem{File: out.batch.File, Text: err.Error() + "."})
	}
}

// onlyOnce visits each file once, even if several paths lead to it.
func onlyOnce(input *manifest.Input) iter.Seq[origin] {
	return func(yield func(origin) bool) {
		links, seen := links{}, map[string]bool{}
		var at origin
		skip := false
		for b := range input.Batches() {
			at.batch, at.first = b, b.First || b.File != at.batch.File
			if at.first {
				if input.Stdin == nil {
					at.real = links.resolve(b.File)
				}
				name := cmp.Or(at.real, b.File)
				skip = seen[name]
				seen[name] = true
				if !skip && b.Problem == nil && !b.IsFile() && beginsAsUTF16(input, b.File) {
					at.batch.Problem = manifest.UTF16(b.File)
				}
			}
			if !skip && !yield(at) {
				return
			}
			skip = skip || at.batch.Problem != nil
		}
	}
}

// beginsAsUTF16 looks at what the pieces of a file, which come as UTF-8, were made of.
func beginsAsUTF16(input *manifest.Input, file string) bool {
	src, err := input.Open(file)
	if err != nil {
		return false
	}
	defer src.Close() //nolint:errcheck // nothing was written
	head := make([]byte, len("\xFF\xFE"))
	n, _ := io.ReadFull(src, head) // a shorter file is not in UTF-16
	return manifest.IsUTF16(head[:n])
}

// links finds files behind links, and remembers the folders.
type links map[string]string

// resolve is the path of a file without links, "" if there is no such file.
func (l links) resolve(file string) string {
	dir := filepath.Dir(file)
	folder, ok := l[dir]
	if !ok {
		if absolute, err := filepath.Abs(dir); err == nil {
			folder, _ = filepath.EvalSymlinks(absolute) // one that is not there is reported elsewhere
		}
		l[dir] = folder
	}
	if folder == "" {
		return ""
	}
	path := filepath.Join(folder, filepath.Base(file))
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return ""
	}
	return path
}

// ResourceList evaluates and fixes the items of one document by all of them.
func (f *Fixer) ResourceList(data []byte) (Piece, error) {
	stdin, err := manifest.NewSpool(bytes.NewReader(data))
	if err != nil {
		return Piece{}, err //nolint:wrapcheck // it names standard input
	}
	defer stdin.Close()
	input := &manifest.Input{Paths: []string{manifest.Stdin}, Stdin: stdin}
	known, err := f.CollectFacts(input)
	if err != nil {
		return Piece{}, err //nolint:wrapcheck // it says what could not be done
	}
	if !f.JudgeOnly {
		if known, err = f.WhenFixed(input, known); err != nil {
			return Piece{}, err
		}
	}
	var splitter manifest.Splitter
	return f.Piece("stdin", 0, data, &splitter, known), nil
}
