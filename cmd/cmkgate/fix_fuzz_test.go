package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/check"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/fix"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
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
	cfg, err := config.Load("cmkgate.yaml", []byte(fixConfig), policies.All())
	if err != nil {
		f.Fatal(err)
	}
	c, err := (&evalOptions{schema: string(check.SchemaWarn)}).checkerFor(f.Context(), cfg)
	if err != nil {
		f.Fatal(err)
	}
	fixer := &fix.Fixer{Checker: c, Writes: true}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<13 {
			return
		}
		var splitter manifest.Splitter
		out := fixer.Piece("x.yaml", 0, data, &splitter, check.NothingKnown())
		for _, p := range out.Problems {
			if strings.Contains(p.Text, "defect of cmkgate") {
				t.Errorf("%s\nof\n%s", p.Text, data)
			}
		}
		if len(out.Fixes) == 0 && !bytes.Equal(out.Before, out.After) {
			t.Errorf("changed without a fix:\n%s\nto\n%s", data, out.After)
		}
		again := fixer.Piece("x.yaml", 0, out.After, &splitter, check.NothingKnown())
		if len(again.Fixes) > 0 {
			t.Errorf("fixed again: %+v\nin\n%s\nof\n%s", again.Fixes[0].Result, out.After, data)
		}
	})
}
