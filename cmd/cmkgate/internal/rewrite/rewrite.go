// Package rewrite replaces files so that whoever reads them sees the old or the
// new content, never a part of one, whenever the process is killed.
//
// github.com/google/renameio does less: it is not made for Windows, does not keep the
// owner, leaves its temporary file behind when the process is killed, and puts the new
// content in the place of what somebody else has written meanwhile.
package rewrite

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrChanged means that somebody else has written the file in the meantime.
var ErrChanged = errors.New("has changed since it was read, so it was left alone; run cmkgate fix again")

// File puts the content after in the place of the content before. It keeps the
// mode, and the owner where it may; behind a link, the target is replaced.
func File(path string, before, after []byte) error {
	r, err := Begin(path)
	if err != nil {
		return err
	}
	defer r.Discard()
	if err := r.Add(before, after); err != nil {
		return err
	}
	return r.Commit()
}

// Replacement is new content for a file. It takes the place of the old one as a
// whole, by Commit, or not at all.
type Replacement struct {
	target string
	info   fs.FileInfo
	temporary
	before, after hash.Hash
}

// Begin opens a replacement, which must be discarded in the end.
func Begin(path string) (*Replacement, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unwritable(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("cannot be written: it is not a file. To get the fixed stream, pipe it through cmkgate fix -")
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, unwritable(err)
	}
	if err := mayWrite(target); err != nil {
		return nil, unwritable(err)
	}
	r := &Replacement{target: target, info: info, before: sha256.New(), after: sha256.New()}
	if r.temporary, err = createBeside(target); err != nil {
		return nil, unwritable(err)
	}
	return r, nil
}

// Add takes the next piece of the old content, and what comes in its place.
func (r *Replacement) Add(before, after []byte) error {
	r.before.Write(before)
	r.after.Write(after)
	if _, err := r.Write(after); err != nil {
		return unwritable(err)
	}
	return nil
}

// Commit puts the new content in its place. It fails with ErrChanged where the
// file does not hold the old content any more, and does nothing where it holds
// the new one: the file may go by two names.
func (r *Replacement) Commit() error {
	if err := r.seal(); err != nil {
		return unwritable(err)
	}
	now, err := digest(r.target) // as late as it can be
	switch {
	case err != nil:
		return unwritable(err)
	case bytes.Equal(now, r.after.Sum(nil)):
		return nil
	case !bytes.Equal(now, r.before.Sum(nil)):
		return ErrChanged
	}
	if err := r.giveName(); err != nil {
		return unwritable(err)
	}
	if err := r.rename(r.target); err != nil {
		return unwritable(err)
	}
	return nil
}

// giveName gives the new file a name, if need be by way of a copy.
func (r *Replacement) giveName() error {
	if r.path != "" || r.link(r.target) == nil {
		return nil
	}
	named, err := r.copyNamed(r.target)
	if err != nil {
		return err
	}
	r.Discard()
	r.temporary = named
	return r.seal()
}

// seal gives the new file what the old one has, and brings it to the disk.
func (r *Replacement) seal() error {
	keepOwner(r.File, r.info)
	mode := r.info.Mode().Perm() | r.info.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky)
	if err := r.Chmod(mode); err != nil {
		return err //nolint:wrapcheck // the caller says what could not be done
	}
	return r.Sync() //nolint:wrapcheck // likewise
}

func digest(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err //nolint:wrapcheck // likewise
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := sha256.New()
	_, err = io.Copy(h, f)
	return h.Sum(nil), err //nolint:wrapcheck // likewise
}

// mayWrite asks for what the rename alone would not: leave to change this file,
// not only its folder.
func mayWrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err //nolint:wrapcheck // likewise
	}
	return f.Close() //nolint:wrapcheck // likewise
}

// unwritable says what the caller's file came to: nothing.
func unwritable(err error) error {
	advice := ""
	if errors.Is(err, fs.ErrPermission) {
		advice = ". Make the file and its folder writable, or apply the output of cmkgate fix --diff"
	}
	return fmt.Errorf("cannot be written, and is unchanged: %w%s", reason(err), advice)
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
