package reload

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cmkgate/cmkgate/config"
)

// Status gives the state of the configuration in lines of text, for the
// readiness page. Anybody in the cluster's network can read that, so it says
// where the file is wrong, and not what the file says there.
func (r *Reloader) Status() string {
	s := r.state.Load()
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, "config: "+format+"\n", args...) }
	line("%s active since %s", s.config.Hash, s.since.UTC().Format(time.RFC3339))
	if s.failure != nil {
		line("rejected at %s: %s; see the log", s.failedAt.UTC().Format(time.RFC3339), where(s.failure))
	}
	if r.needsRestart(s.config) {
		line("%s takes effect after a restart", ackNamespaceField)
	}
	return out.String()
}

// where names the place of the first problem of a file.
func where(err error) string {
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		return "the file cannot be loaded"
	}
	first := wrong.Problems[0]
	return strings.TrimSpace(fmt.Sprintf("%s:%d:%d %s", wrong.Source, first.Line, first.Column, first.Field))
}
