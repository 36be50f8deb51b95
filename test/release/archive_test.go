package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// file is a file of an archive.
type file struct {
	mode     fs.FileMode
	owner    string // of a tar only
	modified time.Time
	content  []byte
}

// unpack reads an archive, whose files are all in the folder that is named as the archive is.
func (r rehearsal) unpack(t *testing.T, p platform) map[string]file {
	t.Helper()
	data := r.file(t, p.archive())
	packed := untar
	if p.goos == "windows" {
		packed = unzip
	}
	files := map[string]file{}
	for name, f := range packed(t, data) {
		inside, ok := strings.CutPrefix(name, p.base()+"/")
		if !ok {
			t.Errorf("%s is not in the folder %s", name, p.base())
		}
		files[inside] = f
	}
	return files
}

func untar(t *testing.T, data []byte) map[string]file {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]file{}
	for archive := tar.NewReader(compressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Gid != 0 {
			t.Errorf("%s belongs to %d:%d; want root", header.Name, header.Uid, header.Gid)
		}
		files[header.Name] = file{header.FileInfo().Mode(), header.Uname + ":" + header.Gname, header.ModTime, all(t, archive)}
	}
}

func unzip(t *testing.T, data []byte) map[string]file {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]file{}
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = file{f.Mode(), "root:root", f.Modified, all(t, content)}
	}
	return files
}

func all(t *testing.T, r io.Reader) []byte {
	t.Helper()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// testFiles compares names, modes, owners and times with what a release promises.
func (r rehearsal) testFiles(t *testing.T, p platform, files map[string]file) {
	t.Helper()
	want := map[string]fs.FileMode{p.binary(): 0o755, "LICENSE": 0o644, "README.md": 0o644, "CHANGELOG.md": 0o644}
	pages, err := filepath.Glob(filepath.Join(r.source, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal("no documentation", err)
	}
	for _, page := range pages {
		want["docs/"+filepath.Base(page)] = 0o644
	}
	if p.program == "cmkgate" {
		maps.Copy(want, map[string]fs.FileMode{
			"config/v1alpha1/schema.json": 0o644, "completions/cmkgate.bash": 0o644, "completions/_cmkgate": 0o644,
			"completions/cmkgate.fish": 0o644, "completions/cmkgate.ps1": 0o644, "completions/kubectl_complete-cmkgate": 0o755,
		})
	}
	got := map[string]fs.FileMode{}
	for name, f := range files {
		got[name] = f.mode
		if f.owner != "root:root" {
			t.Errorf("%s belongs to %s; want root", name, f.owner)
		}
		if got := f.modified.UTC().Format(time.RFC3339); got != released {
			t.Errorf("%s is of %s; want the time of the commit, %s", name, got, released)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("files %v\nwant %v", got, want)
	}
	for _, page := range []string{"LICENSE", "README.md"} {
		if !bytes.Equal(files[page].content, read(t, r.source, page)) {
			t.Errorf("%s is not the one of the repository", page)
		}
	}
}
