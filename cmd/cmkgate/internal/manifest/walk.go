package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/ignore"
)

// walk is one folder that is read with all that is below it.
type walk struct {
	in    *Input
	yield func(source) bool
	// own are the patterns of the caller; what Git ignores comes with each folder.
	own *ignore.Rules
	// root is the folder without links in its path, with slashes.
	root string
	// linked are the folders that links led to. Each is walked once, however
	// many links lead there.
	linked []string
	// matches says which paths are asked for; nil asks for all.
	matches func(path string) bool
}

// dir is a folder at hand.
type dir struct {
	// path is what results name, real the same without links, with slashes.
	path, real string
	rules      *ignore.Rules
	// wanted means that all of it is asked for.
	wanted bool
	// ignored means that Git ignores it, but for the files that it tracks.
	ignored bool
}

// folder walks a folder in the order of names. Links are followed, but for those
// to a folder that is walked anyway.
func (in *Input) folder(path string, matches func(string) bool, yield func(source) bool) bool {
	w := &walk{in: in, yield: yield, own: in.own(path), root: slashed(path), matches: matches}
	d := dir{path: path, real: w.root, wanted: matches == nil}
	if !in.NoGitIgnore {
		d.rules = ignore.Above(w.root)
	}
	return w.enter(d)
}

func (w *walk) enter(d dir) bool {
	list, err := w.list(d.path)
	if err != nil && !w.yield(unreadable(d.path, err)) {
		return false
	}
	if list.ignores && d.rules.Repository() != "" {
		if text, err := os.ReadFile(filepath.Join(d.path, ignore.FileName)); err == nil {
			d.rules = d.rules.Add(d.real, text)
		}
	}
	for i := range list.begin {
		if !w.entry(d, list.entry(i)) {
			return false
		}
	}
	return true
}

// entry is what a folder holds.
type entry struct {
	name         string
	link, folder bool
}

// folderList is what may count of a folder, in order. A large one has many entries, so
// they are kept in one text: of each a byte for its kind, the name, a zero.
type folderList struct {
	text  []byte
	begin []int32
	// ignores is set if there is a file of patterns.
	ignores bool
}

const (
	fileMark   = 'f'
	linkMark   = 'l'
	folderMark = 'd'
)

// list reads a folder.
func (w *walk) list(path string) (folderList, error) {
	var l folderList
	f, err := os.Open(path)
	if err != nil {
		return l, err //nolint:wrapcheck // reason tells it
	}
	defer f.Close() //nolint:errcheck // nothing was written
	const together = 256
	for err == nil {
		var some []fs.DirEntry
		some, err = f.ReadDir(together)
		for _, e := range some {
			l.ignores = l.ignores || e.Name() == ignore.FileName
			mark := byte(fileMark)
			switch {
			case e.Type()&fs.ModeSymlink != 0:
				mark = linkMark
			case e.IsDir():
				mark = folderMark
			case !isManifest(e.Name()) && w.matches == nil:
				continue
			}
			l.begin = append(l.begin, int32(len(l.text))) //nolint:gosec // no folder has so many
			l.text = append(append(append(l.text, mark), e.Name()...), 0)
		}
	}
	slices.SortFunc(l.begin, func(a, b int32) int { return bytes.Compare(l.name(a), l.name(b)) })
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return l, err //nolint:wrapcheck // likewise
}

func (l *folderList) name(begin int32) []byte {
	name := l.text[begin+1:]
	return name[:bytes.IndexByte(name, 0)]
}

func (l *folderList) entry(i int) entry {
	mark := l.text[l.begin[i]]
	return entry{string(l.name(l.begin[i])), mark == linkMark, mark == folderMark}
}

func (w *walk) entry(d dir, e entry) bool {
	link, folder := e.link, e.folder
	path, realPath := filepath.Join(d.path, e.name), d.real+"/"+e.name
	info, err := follow(path, e)
	if link && err == nil {
		folder = info.IsDir()
	}
	if folder && isInternal(e.name) || w.own.Ignores(realPath, folder) {
		return true
	}
	if link && err != nil && !errors.Is(err, fs.ErrNotExist) {
		return w.yield(unreadable(path, err)) // what it leads to may be manifests
	}
	wanted := d.wanted && (folder || isManifest(e.name)) || w.matches != nil && w.matches(path)
	ignored := d.ignored || d.rules.Ignores(realPath, folder)
	switch {
	case !folder && !wanted:
		return true
	case ignored && !w.in.tracks(d.rules.Repository(), realPath, folder):
		w.in.Ignored++
		return true
	case err != nil:
		return w.yield(unreadable(path, err))
	case folder && link:
		return w.link(dir{path, realPath, d.rules, wanted, ignored})
	case folder:
		return w.enter(dir{path, realPath, d.rules, wanted, ignored})
	case !info.Mode().IsRegular():
		return true
	}
	return w.yield(source{file: path, large: info.Size() >= large})
}

// isInternal reports whether a folder is what a version control keeps for itself,
// or the kubelet, whose volumes have links to the files in it. Other hidden
// folders can hold manifests like any.
func isInternal(name string) bool {
	switch name {
	case ".git", ".hg", ".jj", ".svn":
		return true
	}
	return strings.HasPrefix(name, "..")
}

// follow looks at what an entry leads to. Of folders no more is asked than
// that they are some.
func follow(path string, e entry) (fs.FileInfo, error) {
	switch {
	case e.link:
		return os.Stat(path) //nolint:wrapcheck // reason tells it
	case e.folder:
		return nil, nil //nolint:nilnil // nobody looks at it
	default:
		return os.Lstat(path) //nolint:wrapcheck // reason tells it
	}
}

// tracks reports whether Git holds a file, or one below a folder.
func (in *Input) tracks(repository, path string, folder bool) bool {
	t := in.tracked[repository]
	if t == nil {
		t = ignore.ReadTracked(repository, isManifest)
		if in.tracked == nil {
			in.tracked = map[string]*ignore.Tracked{}
		}
		in.tracked[repository] = t
	}
	return t.Holds(strings.TrimPrefix(strings.TrimPrefix(path, repository), "/"), folder)
}

// link follows a link to a folder, unless what it leads to is walked anyway.
func (w *walk) link(d dir) bool {
	target, err := filepath.EvalSymlinks(d.path)
	if err != nil {
		return w.yield(unreadable(d.path, err))
	}
	target = slashed(target)
	switch {
	case below(d.real, target): // all that follows would be the same again
		return w.yield(source{file: d.path, problem: &Problem{File: d.path, Text: fmt.Sprintf(
			"is a link to a parent directory, so it is not followed. Remove it, or exclude it with --ignore %s.", filepath.Base(d.path))}})
	case below(target, w.root), slices.ContainsFunc(w.linked, func(dir string) bool { return below(target, dir) }):
		return true
	case !w.in.NoGitIgnore && !below(target, d.rules.Repository()):
		d.rules, d.ignored = ignore.Above(target), false
	}
	w.linked = append(w.linked, target)
	d.real = target
	return w.enter(d)
}

func below(path, dir string) bool {
	return dir == "" || path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// own are the patterns of --ignore. They hold below the working directory;
// outside it, those that name no path do.
func (in *Input) own(path string) *ignore.Rules {
	if len(in.Ignore) == 0 {
		return nil
	}
	base := slashed(".")
	if !below(slashed(path), base) {
		base = ""
	}
	return (*ignore.Rules)(nil).Add(base, []byte(strings.Join(in.Ignore, "\n")))
}

// slashed is the absolute path without links, with slashes.
func slashed(path string) string {
	if p, err := filepath.EvalSymlinks(path); err == nil {
		path = p
	}
	if p, err := filepath.Abs(path); err == nil {
		path = p
	}
	return filepath.ToSlash(path)
}

func isGlob(path string) bool { return strings.ContainsAny(path, "*?[{") }

// glob reads the files that match, and what is in the folders that do.
func (in *Input) glob(pattern string, yield func(source) bool) bool {
	slash := filepath.ToSlash(filepath.Clean(pattern))
	base, _ := doublestar.SplitPattern(slash)
	if _, err := os.Stat(filepath.FromSlash(base)); err != nil || !doublestar.ValidatePattern(slash) {
		return yield(source{file: pattern, problem: &Problem{File: pattern, Text: "there is no such file, and no file matches it."}})
	}
	none := true
	found := in.folder(filepath.FromSlash(base), func(path string) bool {
		ok, err := doublestar.Match(slash, filepath.ToSlash(path))
		if ok && err == nil {
			none = false
		}
		return ok && err == nil
	}, yield)
	if found && none {
		return yield(source{file: pattern, problem: &Problem{File: pattern, Text: "there is no such file, and no file matches it."}})
	}
	return found
}
