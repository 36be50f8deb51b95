package ignore

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
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
// may hold must not be skipped.
func ReadTracked(repository string, keep func(name string) bool) *Tracked {
	f, err := os.Open(filepath.Join(gitFolder(repository), "index"))
	if errors.Is(err, os.ErrNotExist) {
		return &Tracked{} // nothing was added yet
	}
	if err != nil {
		return &Tracked{all: true}
	}
	defer f.Close() //nolint:errcheck // nothing was written
	names, err := parseIndex(f, hashSize(repository), keep)
	if err != nil {
		return &Tracked{all: true}
	}
	slices.Sort(names)
	return &Tracked{names: names}
}

// Holds reports whether a file is tracked, or a file below a folder.
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

var errIndex = errors.New("an index in an unknown format")

// index reads gitformat-index(5), versions 2 to 4, as a stream: that of a large
// repository has tens of megabytes. go-git's reader holds all of it, takes three times
// as long and does not know the SHA-256 format.
type index struct {
	*bufio.Reader
	version uint32
	hash    int
	// name is that of the last entry; version 4 says how the next one differs.
	name []byte
	head [stat + maxHash + flags]byte
}

// What an entry begins with: what stat says of the file, a hash, flags.
const stat, maxHash, flags = 40, 32, 2

func parseIndex(src io.Reader, hash int, keep func(string) bool) ([]string, error) {
	const buffer = 64 << 10
	x := index{Reader: bufio.NewReaderSize(src, buffer), hash: hash}
	var header struct{ Signature, Version, Entries uint32 }
	if err := binary.Read(x, binary.BigEndian, &header); err != nil || header.Signature != dirc || header.Version < 2 || header.Version > 4 {
		return nil, errIndex
	}
	x.version = header.Version
	var names []string
	for range header.Entries {
		if err := x.next(); err != nil {
			return nil, errIndex
		}
		// A folder stands for all that is in it, in a sparse index.
		if name := string(x.name); strings.HasSuffix(name, "/") || keep(name) {
			names = append(names, name)
		}
	}
	rest, err := x.Peek(len("link") + maxHash) // longer than the checksum at the end
	if err == nil && (bytes.HasPrefix(rest, []byte("link")) || bytes.HasPrefix(rest, []byte("sdir"))) {
		return nil, errIndex // the rest is in another file, or not spelled out
	}
	return names, nil
}

// dirc is how an index begins.
const dirc = 'D'<<24 | 'I'<<16 | 'R'<<8 | 'C'

// next reads one entry.
func (x *index) next() error {
	const extended = 0x40
	length := stat + x.hash + flags
	if _, err := io.ReadFull(x, x.head[:length]); err != nil {
		return err //nolint:wrapcheck // nobody reads it
	}
	if x.head[stat+x.hash]&extended != 0 {
		n, _ := x.Discard(flags) // where it ends here, the name is missing
		length += n
	}
	keep := 0
	if x.version == 4 {
		strip, err := x.offset()
		if err != nil || strip > len(x.name) {
			return errIndex
		}
		keep = len(x.name) - strip
	}
	name, err := x.ReadSlice(0)
	if err != nil {
		return err //nolint:wrapcheck // likewise
	}
	x.name = append(x.name[:keep], name[:len(name)-1]...)
	if length += len(name); x.version < 4 && length%8 != 0 {
		_, err = x.Discard(8 - length%8) // entries are padded
	}
	return err //nolint:wrapcheck // likewise
}

// offset reads the number that says how much of the name before is not shared.
func (x *index) offset() (value int, err error) {
	for i := range 5 {
		b, err := x.ReadByte()
		if err != nil {
			return 0, err //nolint:wrapcheck // likewise
		}
		if i > 0 {
			value++
		}
		value = value<<7 | int(b&0x7f)
		if b < 0x80 {
			return value, nil
		}
	}
	return 0, errIndex
}
