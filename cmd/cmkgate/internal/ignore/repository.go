package ignore

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// FileName is the name of the files with patterns.
const FileName = ".gitignore"

// Above returns the rules that hold for a folder of a Git repository before its
// own .gitignore is read: those of the folders above it and of the repository's
// info/exclude. It is nil outside repositories, where Git ignores nothing. What
// a person's own configuration of Git ignores does not count: a pipeline has
// none of it.
func Above(folder string) *Rules {
	root := folder
	for ; ; root = path.Dir(root) {
		if _, err := os.Lstat(filepath.FromSlash(root + "/.git")); err == nil {
			break
		}
		if root == path.Dir(root) {
			return nil
		}
	}
	rules := &Rules{base: root, repository: root}
	if text, err := os.ReadFile(filepath.Join(commonFolder(root), "info", "exclude")); err == nil {
		rules = rules.Add(root, text)
	}
	for at := root; at != folder; {
		if text, err := os.ReadFile(filepath.FromSlash(at + "/" + FileName)); err == nil {
			rules = rules.Add(at, text)
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(folder, at), "/")
		next, _, _ := strings.Cut(rest, "/")
		at = strings.TrimSuffix(at, "/") + "/" + next
	}
	return rules
}

// Repository is the folder of the repository that the rules are of, "" for none.
func (r *Rules) Repository() string {
	for ; r != nil; r = r.above {
		if r.repository != "" {
			return r.repository
		}
	}
	return ""
}
