package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
)

// markdown writes a summary of a job that reads well in a pull request: the
// denials first, what needs nobody folded away. GitHub shows no more than 64 KiB
// of a comment, so that of many findings some are only counted.
type markdown struct {
	Options
	w        io.Writer
	problems []manifest.Problem
	found    [Denied + 1][]Result
	count    [Denied + 1]int
	unread   int
}

// Of each severity so many findings are shown.
const markdownRows = 50

func (m *markdown) Write(b *Batch) error {
	m.unread += len(b.Problems)
	m.problems = append(m.problems, b.Problems[:min(len(b.Problems), markdownRows-len(m.problems))]...)
	for i := range b.Results {
		r := &b.Results[i]
		s := SeverityOf(r)
		m.count[s]++
		if m.count[s] <= markdownRows {
			r := *r
			r.Changes = nil
			m.found[s] = append(m.found[s], r)
		}
	}
	return nil
}

func (m *markdown) Close(s Summary) error {
	var b strings.Builder
	t := text{}
	fmt.Fprintf(&b, "## cmkgate\n\n%s\n", t.summary(&s))
	if m.unread > 0 {
		b.WriteString("\n### Not checked\n\n| where | why |\n|---|---|\n")
		for _, p := range m.problems {
			where := manifest.Printable(p.File)
			if p.Line > 0 {
				where += fmt.Sprintf(":%d:%d", p.Line, p.Column)
			}
			fmt.Fprintf(&b, "| %s | %s |\n", code(where), prose(p.Text))
		}
		more(&b, m.unread-len(m.problems))
	}
	for _, section := range []struct {
		of    Severity
		title string
	}{{Denied, "Denied"}, {Warning, "Warnings"}, {Injected, "Set at admission"}, {Remark, "Remarks"}} {
		if m.count[section.of] == 0 || m.Quiet && section.of != Denied {
			continue
		}
		folded := section.of == Injected || section.of == Remark
		if folded {
			fmt.Fprintf(&b, "\n<details><summary>%s: %d</summary>\n", section.title, m.count[section.of])
		} else {
			fmt.Fprintf(&b, "\n### %s\n", section.title)
		}
		m.table(&b, section.of)
		if folded {
			b.WriteString("\n</details>\n")
		}
	}
	return write(m.w, b.String())
}

func (m *markdown) table(b *strings.Builder, s Severity) {
	b.WriteString("\n| where | object | what | policy |\n|---|---|---|---|\n")
	for i := range m.found[s] {
		r := &m.found[s][i]
		what := prose(r.Message)
		if r.Path != "" {
			what = code(r.Path) + ": " + what
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", code(place(r)), code(subject(r)), what, code(label(r)))
	}
	more(b, m.count[s]-len(m.found[s]))
}

func more(b *strings.Builder, n int) {
	if n > 0 {
		fmt.Fprintf(b, "\nAnd %d more.\n", n)
	}
}

// code shows a text as it is. The element, unlike backticks, can hold every
// character, and keeps GitHub from calling @somebody.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + entities(manifest.Printable(short(s))) + "</code>"
}

// prose shows a sentence; what could be Markdown, HTML or a mention in it is not.
func prose(s string) string {
	return strings.ReplaceAll(entities(manifest.Printable(short(s))), "&#64;", "&#64;<!-- -->")
}

func short(s string) string {
	const limit = 600
	if len(s) <= limit {
		return s
	}
	cut := limit
	for !utf8.RuneStart(s[cut]) && cut > limit-utf8.UTFMax {
		cut--
	}
	return s[:cut] + "…"
}

// entities writes every character that could mean something as a number, which
// neither Markdown nor HTML reads as markup. A colon is one before //, where a
// link would begin.
func entities(s string) string {
	var b strings.Builder
	for i, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|&~@$\"'^=", r) || r == ':' && strings.HasPrefix(s[i:], "://") {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
