package rewrite

import (
	"io"
	"os"
	"path/filepath"
)

// mark follows the name of a file in that of its temporary one, which is hidden
// and no manifest by its name.
const mark = ".cmkgate-fix"

// temporary is the file that is to take the place of another. It lies in the same
// folder, so that a rename is all that is left to do.
type temporary struct {
	*os.File
	// path is "" while the file has no name.
	path string
}

// createNamed is for where a file needs a name from the beginning.
func createNamed(target string) (temporary, error) {
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+mark+"-*")
	if err != nil {
		return temporary{}, err //nolint:wrapcheck // the caller says what could not be done
	}
	return temporary{f, f.Name()}, nil
}

// copyNamed is a file with a name that holds the same.
func (t *temporary) copyNamed(target string) (temporary, error) {
	named, err := createNamed(target)
	if err != nil {
		return temporary{}, err
	}
	if _, err = t.Seek(0, io.SeekStart); err == nil {
		_, err = io.Copy(named, t)
	}
	if err != nil {
		named.Discard()
		return temporary{}, err //nolint:wrapcheck // likewise
	}
	return named, nil
}

// rename puts the file in the place of the target.
func (t *temporary) rename(target string) error {
	err := os.Rename(t.path, target)
	if err == nil {
		t.path = ""
	}
	return err //nolint:wrapcheck // likewise
}

// Discard lets go of the file, unless it has taken its place.
func (t *temporary) Discard() {
	t.Close() //nolint:errcheck // what counts is on the disk, or in no file
	if t.path != "" {
		os.Remove(t.path) //nolint:errcheck // its name says what it is
		t.path = ""
	}
}
