package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

const (
	// Stdin is the argument that stands for standard input.
	Stdin = "-"
	// stdinName is what standard input is called in results.
	stdinName = "stdin"
	// large is the size from which a file is cut into pieces.
	large = 1 << 20
)

// Input is what a command was asked to read. It can be read more than once.
type Input struct {
	// Paths are files, folders and Stdin. A folder stands for the manifests in
	// it and below it, hidden folders left out.
	Paths []string
	// Stdin must be set when Paths name it.
	Stdin *Spool
}

// Batches walks the input in order. What cannot be read is a batch with a
// problem, not an end.
func (in *Input) Batches() iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		for _, path := range in.Paths {
			if !in.path(path, yield) {
				return
			}
		}
	}
}

func (in *Input) path(path string, yield func(Batch) bool) bool {
	if path == Stdin {
		return pieces(stdinName, in.Stdin.Open(), yield)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return yield(unreadable(path, err))
	case info.IsDir():
		return folder(path, yield)
	}
	return file(path, info.Size(), yield)
}

func file(path string, size int64, yield func(Batch) bool) bool {
	if size < large {
		return yield(Batch{File: path, First: true})
	}
	f, err := os.Open(path)
	if err != nil {
		return yield(unreadable(path, err))
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return pieces(path, f, yield)
}

// folder walks a folder. Links to files are followed, as in a mounted
// ConfigMap; links to folders are not, so that a walk always ends.
func folder(root string, yield func(Batch) bool) bool {
	more := true
	visit := func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			more = yield(unreadable(path, err))
		case entry.IsDir():
			if path != root && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
		case isManifest(entry.Name()):
			more = entryFile(path, entry, yield)
		}
		if !more {
			return fs.SkipAll
		}
		return nil
	}
	if err := filepath.WalkDir(root, visit); err != nil && more {
		return yield(unreadable(root, err))
	}
	return more
}

func entryFile(path string, entry fs.DirEntry, yield func(Batch) bool) bool {
	info, err := follow(path, entry)
	switch {
	case err != nil:
		return yield(unreadable(path, err))
	case !info.Mode().IsRegular():
		return true
	}
	return file(path, info.Size(), yield)
}

func follow(path string, entry fs.DirEntry) (fs.FileInfo, error) {
	if entry.Type()&fs.ModeSymlink != 0 {
		return os.Stat(path) //nolint:wrapcheck // reason tells it
	}
	return entry.Info() //nolint:wrapcheck // reason tells it
}

func isManifest(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

func unreadable(path string, err error) Batch {
	return Batch{File: path, Problem: &Problem{File: path, Text: reason(err)}}
}

// reason is an error of the file system without the path, which stands before it.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Sprintf("cannot be read: %v.", err)
}
