// Package rewrite replaces files so that whoever reads them sees the old or the
// new content, never a part of one, whenever the process is killed.
package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// leftover follows the name of the file in that of the temporary one, which is
// hidden and no manifest by its name.
const leftover = ".cmkgate-fix-*"

// ErrChanged tells that somebody else has written the file in the meantime.
var ErrChanged = errors.New("has changed since it was read, so it was left alone; run cmkgate fix again")

// File puts the content after in the place of the content before. It keeps the
// mode, and the owner where it may; behind a link, the target is replaced.
func File(path string, before, after []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("cannot be written: %w", reason(err))
	}
	info, err := os.Stat(target)
	if err != nil {
		return fmt.Errorf("cannot be written: %w", reason(err))
	}
	if err := mayWrite(target); err != nil {
		return fmt.Errorf("cannot be written: %w", reason(err))
	}
	temporary, err := write(target, info, after)
	if err == nil {
		err = replace(temporary, target, before, after)
	}
	if err == nil {
		return nil
	}
	if temporary != "" {
		os.Remove(temporary) //nolint:errcheck // its name says what it is
	}
	switch {
	case errors.Is(err, errDone):
		return nil
	case errors.Is(err, ErrChanged):
		return err
	}
	return fmt.Errorf("cannot be written, and is as it was: %w", reason(err))
}

// mayWrite asks for what the rename alone would not: leave to change this file,
// not only its folder.
func mayWrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err //nolint:wrapcheck // the caller says what could not be done
	}
	return f.Close() //nolint:wrapcheck // likewise
}

// write makes a file beside the target that has its mode and is on the disk.
func write(target string, info fs.FileInfo, data []byte) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+leftover)
	if err != nil {
		return "", err //nolint:wrapcheck // likewise
	}
	_, err = f.Write(data)
	if err == nil {
		keepOwner(f, info)
		err = f.Chmod(info.Mode().Perm() | info.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky))
	}
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

// errDone tells that the file is as it is to be: it goes by two names.
var errDone = errors.New("the file has the new content")

// replace looks at the target once more, as late as it can.
func replace(temporary, target string, before, after []byte) error {
	now, err := os.ReadFile(target)
	if err != nil {
		return err //nolint:wrapcheck // likewise
	}
	switch {
	case bytes.Equal(now, after):
		return errDone
	case !bytes.Equal(now, before):
		return ErrChanged
	}
	return os.Rename(temporary, target) //nolint:wrapcheck // likewise
}

// reason is an error of the file system without the path, which the caller names.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
