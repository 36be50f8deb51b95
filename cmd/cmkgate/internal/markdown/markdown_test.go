package markdown

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const source = "# Title\n\nA paragraph with `code` and **strong\nwords** that is\nbroken anew.\n\n- one item that is too long for a line\n- two\n\n```yaml\nkind:   X\n\n  a: 1\n```\nThe end.\n"

func TestRender(t *testing.T) {
	want := `Title

A paragraph with code
and strong words that
is broken anew.

- one item that is too
  long for a line
- two

    kind:   X
    
      a: 1

The end.
`
	if diff := cmp.Diff(want, Style{Width: 22}.Render(source)); diff != "" {
		t.Error(diff)
	}
}

func TestRenderMarksWithColors(t *testing.T) {
	got := Style{Width: 80, Color: true}.Render("**Not** this, **but this.** No.")
	if want := "\x1b[1mNot\x1b[0m this, \x1b[1mbut\x1b[0m \x1b[1mthis.\x1b[0m No.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
