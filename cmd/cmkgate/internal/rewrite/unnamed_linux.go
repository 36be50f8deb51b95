package rewrite

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// createBeside makes a file without a name where the file system can: it goes
// with the process, even with one that is killed.
func createBeside(target string) (temporary, error) {
	const ownerOnly = 0o600 // until it is sealed
	f, err := os.OpenFile(filepath.Dir(target), os.O_RDWR|unix.O_TMPFILE, ownerOnly)
	if err != nil {
		return createNamed(target)
	}
	return temporary{File: f}, nil
}

// link gives a file without a name the one that it is renamed from. It fails
// where there is no /proc, or no second name for a file.
func (t *temporary) link(target string) error {
	name := fmt.Sprintf("%s/.%s.cmkgate-fix-%d", filepath.Dir(target), filepath.Base(target), rand.Uint64()) //nolint:gosec // no secret
	err := unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", t.Fd()), unix.AT_FDCWD, name, unix.AT_SYMLINK_FOLLOW)
	if err == nil {
		t.path = name
	}
	return err //nolint:wrapcheck // the caller goes another way
}
