package main

import (
	"fmt"
	"io"
	"time"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
)

// progress shows on a terminal that a long check is still at work. The nil
// progress shows nothing.
type progress struct {
	w     io.Writer
	next  time.Time
	shown bool
}

const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
)

func newProgress(terminal io.Writer) *progress {
	return &progress{w: terminal, next: time.Now().Add(progressAfter)}
}

func (p *progress) show(s *report.Summary) {
	if p == nil || time.Now().Before(p.next) {
		return
	}
	p.shown = true
	p.next = time.Now().Add(progressEvery)
	fmt.Fprintf(p.w, "\r%d files, %d objects, %d denied", s.Files, s.Objects, s.Enforced) //nolint:errcheck // a remark
}

// clear makes room for a line of its own kind.
func (p *progress) clear() {
	if p == nil || !p.shown {
		return
	}
	p.shown = false
	fmt.Fprint(p.w, "\r\x1b[K") //nolint:errcheck // a remark
}
