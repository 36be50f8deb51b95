package ignore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Tracked are files that are in the index of a repository. Git does not ignore
// them, whatever a .gitignore says.
type Tracked struct {
	// names are below the folder of the repository, in the order of bytes.
	names []string
	// all stands for an index that could not be read: everything may be in it.
	all bool
}

// ReadTracked reads the names that keep chooses from the index of the
// repository in a folder. Where the index is in a form that is not known
// (split, or of a later version) every file counts as tracked, since what Git
// may hold must not be passed over.
func ReadTracked(repository string, keep func(name string) bool) *Tracked {
	data, err := os.ReadFile(filepath.Join(gitFolder(repository), "index"))
	if errors.Is(err, os.ErrNotExist) {
		return &Tracked{} // nothing was added yet
	}
	if err != nil {
		return &Tracked{all: true}
	}
	names, err := parseIndex(data, hashSize(repository), keep)
	if err != nil {
		return &Tracked{all: true}
	}
	slices.Sort(names)
	return &Tracked{names: names}
}

// Holds tells whether a file is tracked, or a file below a folder.
func (t *Tracked) Holds(name string, folder bool) bool {
	if t.all {
		return true
	}
	if folder {
		name += "/"
	}
	i, exact := slices.BinarySearch(t.names, name)
	return exact || folder && i < len(t.names) && strings.HasPrefix(t.names[i], name)
}

// gitFolder is where Git keeps what it knows of a working tree: .git, or what
// the file .git names in a linked working tree or a submodule.
func gitFolder(repository string) string {
	dot := filepath.Join(filepath.FromSlash(repository), ".git")
	text, err := os.ReadFile(dot)
	if err != nil {
		return dot
	}
	dir, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
	if ok && !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.FromSlash(repository), dir)
	}
	return dir
}

// commonFolder is where the working trees of a repository keep what they share.
func commonFolder(repository string) string {
	dir := gitFolder(repository)
	text, err := os.ReadFile(filepath.Join(dir, "commondir"))
	if err != nil {
		return dir
	}
	common := strings.TrimSpace(string(text))
	if filepath.IsAbs(common) {
		return common
	}
	return filepath.Join(dir, common)
}

func hashSize(repository string) int {
	text, err := os.ReadFile(filepath.Join(commonFolder(repository), "config"))
	if err == nil && strings.Contains(strings.ToLower(strings.ReplaceAll(string(text), " ", "")), "objectformat=sha256") {
		return 32
	}
	return 20
}

var errIndex = errors.New("an index in a form that is not known")

// index reads gitformat-index(5), versions 2 to 4.
type index struct {
	rest    []byte
	version uint32
	hash    int
	// name is that of the last entry; version 4 says how the next one differs.
	name []byte
}

func parseIndex(data []byte, hash int, keep func(string) bool) ([]string, error) {
	const header = 12
	if len(data) < header+hash || !bytes.HasPrefix(data, []byte("DIRC")) {
		return nil, errIndex
	}
	x := index{rest: data[header : len(data)-hash], version: binary.BigEndian.Uint32(data[4:]), hash: hash}
	if x.version < 2 || x.version > 4 {
		return nil, errIndex
	}
	var names []string
	for range binary.BigEndian.Uint32(data[8:]) {
		if !x.next() {
			return nil, errIndex
		}
		// A folder stands for all that is in it, in a sparse index.
		if name := string(x.name); strings.HasSuffix(name, "/") || keep(name) {
			names = append(names, name)
		}
	}
	if bytes.HasPrefix(x.rest, []byte("link")) || bytes.HasPrefix(x.rest, []byte("sdir")) {
		return nil, errIndex // the rest is in another file, or not spelled out
	}
	return names, nil
}

// next reads one entry: what stat says of the file, a hash, flags, the name.
func (x *index) next() bool {
	const stat, flags, extended = 40, 2, 0x40
	length := stat + x.hash + flags
	if len(x.rest) < length {
		return false
	}
	if x.rest[stat+x.hash]&extended != 0 {
		length += flags
	}
	keep := 0
	if x.version == 4 {
		strip, n := offset(x.rest[min(length, len(x.rest)):])
		if n == 0 || strip > len(x.name) {
			return false
		}
		keep, length = len(x.name)-strip, length+n
	}
	end := bytes.IndexByte(x.rest[min(length, len(x.rest)):], 0)
	if end < 0 {
		return false
	}
	x.name = append(x.name[:keep], x.rest[length:length+end]...)
	length += end + 1
	if x.version < 4 {
		length = (length + 7) / 8 * 8 // entries are padded
	}
	x.rest = x.rest[min(length, len(x.rest)):]
	return true
}

// offset reads the number that says how much of the name before is not shared,
// and its length in bytes.
func offset(data []byte) (value, length int) {
	for i, b := range data {
		if i > 0 {
			value++
		}
		value = value<<7 | int(b&0x7f)
		if b < 0x80 {
			return value, i + 1
		}
		if i == 4 {
			break
		}
	}
	return 0, 0
}
