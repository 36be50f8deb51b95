package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
)

// FuzzFix holds of any file: nothing panics, what comes out is what was meant (or
// the fixer says that it is not, which is a defect), only lines around the fixes
// change, and the second time there is nothing to do.
func FuzzFix(f *testing.F) {
	for _, o := range oddities() {
		if len(o.in) < 1<<12 {
			f.Add([]byte(o.in))
		}
	}
	fixer := newFixer(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<13 {
			return
		}
		var splitter manifest.Splitter
		out := fixer.piece("x.yaml", 0, data, &splitter, nothingKnown())
		for _, p := range out.problems {
			if strings.Contains(p.Text, "defect of cmkgate") {
				t.Errorf("%s\nof\n%s", p.Text, data)
			}
		}
		if len(out.fixes) == 0 && !bytes.Equal(out.before, out.after) {
			t.Errorf("changed without a fix:\n%s\nto\n%s", data, out.after)
		}
		again := fixer.piece("x.yaml", 0, out.after, &splitter, nothingKnown())
		if len(again.fixes) > 0 {
			t.Errorf("fixed again: %+v\nin\n%s\nof\n%s", again.fixes[0].Result, out.after, data)
		}
	})
}
