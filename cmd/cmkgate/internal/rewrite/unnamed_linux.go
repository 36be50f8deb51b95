package rewrite

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

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

// link gives a file without a name the one that it is renamed from. A process
// that is killed between the two leaves that name; whoever fixes the file next
// removes it. It fails if there is no /proc, or no second name for a file.
func (t *temporary) link(target string) error {
	path := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+mark)
	if isOld(path) {
		os.Remove(path) //nolint:errcheck // then there is another name
	}
	self := fmt.Sprintf("/proc/self/fd/%d", t.Fd())
	var err error
	for _, path := range []string{path, fmt.Sprintf("%s-%d", path, rand.Uint64())} { //nolint:gosec // no secret
		if err = unix.Linkat(unix.AT_FDCWD, self, unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW); err == nil {
			t.path = path
			return nil
		}
	}
	return err //nolint:wrapcheck // the caller goes another way
}

// isOld is about a file that no process is at work on.
func isOld(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && time.Since(info.ModTime()) > time.Minute
}
