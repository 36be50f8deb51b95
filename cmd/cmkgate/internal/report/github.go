package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
)

// github writes workflow commands of GitHub Actions, which become annotations
// of the lines of a pull request.
type github struct {
	Options
	w io.Writer
}

func (g *github) Write(batch *Batch) error {
	var b strings.Builder
	for _, p := range batch.Problems {
		properties := "file=" + property(p.File)
		if p.Line > 0 {
			properties += fmt.Sprintf(",line=%d,col=%d", p.Line, max(p.Column, 1))
		}
		command(&b, "error", properties+",title=not checked", manifest.Printable(p.Text))
	}
	for i := range batch.Results {
		r := &batch.Results[i]
		s := SeverityOf(r)
		if g.Quiet && s != Denied {
			continue
		}
		properties := "file=" + property(r.File)
		message := sentence(r)
		switch {
		case r.Rendered != "": // the lines are not those of the file
			message = place(r) + ": " + message
		case r.Line > 0:
			properties += fmt.Sprintf(",line=%d,col=%d", r.Line, r.Column)
			if r.EndLine == r.Line && r.EndColumn > r.Column {
				properties += fmt.Sprintf(",endColumn=%d", r.EndColumn)
			}
		}
		kind := map[Severity]string{Denied: "error", Warning: "warning", Injected: "notice", Remark: "notice"}[s]
		title := property(fmt.Sprintf("%s: %s", s, label(r)))
		command(&b, kind, properties+",title="+title, message)
	}
	return write(g.w, b.String())
}

func command(b *strings.Builder, kind, properties, message string) {
	const limit = 4096 // GitHub cuts what is much longer, and does not say so
	if len(message) > limit {
		message = strings.ToValidUTF8(message[:limit], "") + "…"
	}
	fmt.Fprintf(b, "::%s %s::%s\n", kind, properties, commandData.Replace(message))
}

// property is a value between the commas of a command.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandData.Replace(manifest.Printable(s)))
}

// commandData is how workflow commands write characters that would end them:
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts.
//
//nolint:gochecknoglobals // data
var commandData = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

func (g *github) Close(s Summary) error {
	if g.Quiet {
		return nil
	}
	t := text{}
	return write(g.w, t.summary(&s)+"\n")
}
