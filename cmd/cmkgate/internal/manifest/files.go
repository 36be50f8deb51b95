package manifest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Stdin is the argument that stands for standard input.
const Stdin = "-"

// Files expands arguments: a folder stands for the manifests in it and below
// it, hidden folders left out. What cannot be read is a problem, not an end.
func Files(args []string) ([]string, []Problem) {
	var files []string
	var problems []Problem
	for _, arg := range args {
		info, err := stat(arg)
		switch {
		case err != nil:
			problems = append(problems, Problem{File: arg, Text: reason(err)})
		case info == nil || !info.IsDir():
			files = append(files, arg)
		default:
			found, failed := folder(arg)
			files, problems = append(files, found...), append(problems, failed...)
		}
	}
	return files, problems
}

func stat(arg string) (fs.FileInfo, error) {
	if arg == Stdin {
		return nil, nil //nolint:nilnil // standard input is no file
	}
	return os.Stat(arg)
}

func folder(root string) (files []string, problems []Problem) {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			problems = append(problems, Problem{File: path, Text: reason(err)})
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case !entry.IsDir() && isManifest(entry.Name()):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		problems = append(problems, Problem{File: root, Text: reason(err)})
	}
	return files, problems
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
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // straight from package os
		err = e.Err
	}
	return fmt.Sprintf("cannot be read: %v.", err)
}
