package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/ignore"
)

const (
	// Stdin is the argument that stands for standard input.
	Stdin = "-"
	// stdinName is what standard input is called in results.
	stdinName = "stdin"
	// large is the size from which a file is cut into pieces.
	large = 128 << 10
)

// Input is what a command was asked to read. It can be read more than once.
type Input struct {
	// Paths are files, folders, globs and Stdin. A folder stands for the
	// manifests in it and below it.
	Paths []string
	// Stdin must be set when Paths name it.
	Stdin *Spool
	// Ignore are patterns as in a .gitignore in the working directory.
	Ignore []string
	// NoGitIgnore evaluates in folders also what Git ignores.
	NoGitIgnore bool

	// Ignored counts the files and folders that were omitted because Git ignores
	// and does not hold them.
	Ignored int
	// Parses counts how often documents that may hold objects were parsed.
	Parses atomic.Int64
	// sources are what was found, once all is; a folder is walked only once.
	sources *sources
	// tracked is what Git holds, by repository; read where Git ignores something.
	tracked map[string]*ignore.Tracked
	// pipes are the paths that can be read only once.
	pipes map[string]*Spool
}

// Batches reads the input in order. What cannot be read is a batch with a
// problem, not an end.
func (in *Input) Batches() iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		number := 0
		for source, s := range in.found() {
			numbered := func(b Batch) bool {
				b.Number, b.Source = number, source
				number++
				return yield(b)
			}
			if !s.batches(numbered) {
				return
			}
		}
	}
}

// found are the sources in order: those that were found before, so that all who
// read the input see the same files, or else as they are found.
func (in *Input) found() iter.Seq2[int, source] {
	if in.sources != nil {
		return in.sources.from(0)
	}
	return func(yield func(int, source) bool) {
		in.Ignored = 0
		all := &sources{}
		for _, path := range in.Paths {
			ok := in.path(path, func(s source) bool {
				all.add(&s)
				return yield(all.n-1, s)
			})
			if !ok {
				return
			}
		}
		in.sources, in.tracked = all, nil
	}
}

// Splitter is one for the batches of the input.
func (in *Input) Splitter() *Splitter { return &Splitter{parses: &in.Parses} }

// Name is the file of the batches with that number, once all were read.
func (in *Input) Name(number int) string { return in.sources.name(number) }

// Close lets go of what was kept for a second reading.
func (in *Input) Close() {
	in.Stdin.Close()
	for _, p := range in.pipes {
		p.Close()
	}
}

func (in *Input) path(path string, yield func(source) bool) bool {
	if path == Stdin {
		return yield(streamed(stdinName, in.Stdin))
	}
	info, err := os.Stat(path)
	switch {
	case path == "":
		return yield(source{file: `""`, problem: &Problem{File: `""`, Text: "is an empty path. Set the variable in its place, or omit the argument."}})
	case errors.Is(err, fs.ErrNotExist) && isGlob(path):
		return in.glob(path, yield)
	case err != nil:
		return yield(unreadable(path, err))
	case info.IsDir():
		return in.folder(path, nil, yield)
	case !info.Mode().IsRegular():
		return yield(in.pipe(path))
	case len(in.Ignore) > 0 && in.own(path).Ignores(slashed(path), false):
		return true
	}
	return yield(source{file: path, large: info.Size() >= large})
}

// pipe reads what a shell puts in the place of a file: <(kustomize build).
func (in *Input) pipe(path string) source {
	spool := in.pipes[path]
	if spool == nil {
		f, err := os.Open(path)
		if err != nil {
			return unreadable(path, err)
		}
		defer f.Close() //nolint:errcheck // nothing was written
		if spool, err = NewSpool(f); err != nil {
			return unreadable(path, err)
		}
		if in.pipes == nil {
			in.pipes = map[string]*Spool{}
		}
		in.pipes[path] = spool
	}
	return streamed(path, spool)
}

func isManifest(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// reason is an error of the file system without the path, which stands before it.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Sprintf("cannot be read: %v.", err)
}
