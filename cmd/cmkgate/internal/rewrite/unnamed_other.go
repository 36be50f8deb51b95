//go:build !linux

package rewrite

import "errors"

func createBeside(target string) (temporary, error) { return createNamed(target) }

func (*temporary) link(string) error { return errors.ErrUnsupported }
