// Package markdown shows the documentation of policies in a terminal. It knows
// what that documentation uses, no more: paragraphs, headings, lists, **strong**
// text, `code` and fenced code.
package markdown

import (
	"strings"
	"unicode/utf8"
)

// Style is how text is shown.
type Style struct {
	// Width is where lines are broken, in characters.
	Width int
	Color bool
}

const (
	bold  = "\x1b[1m"
	cyan  = "\x1b[36m"
	reset = "\x1b[0m"
)

// Bold marks a text as important, if there are colors.
func (s Style) Bold(text string) string { return s.paint(bold, text) }

func (s Style) paint(color, text string) string {
	if !s.Color {
		return text
	}
	return color + text + reset
}

// Render makes plain text of Markdown.
func (s Style) Render(source string) string {
	r := renderer{Style: s}
	for line := range strings.Lines(source) {
		r.line(strings.TrimRight(line, "\n"))
	}
	r.flush()
	return strings.TrimRight(r.out.String(), "\n") + "\n"
}

type renderer struct {
	Style
	out       strings.Builder
	paragraph []string
	code      bool
}

func (r *renderer) line(line string) {
	switch {
	case strings.HasPrefix(line, "```"):
		r.flush()
		r.code = !r.code
		if !r.code {
			r.out.WriteByte('\n')
		}
	case r.code:
		r.out.WriteString("    " + r.paint(cyan, line) + "\n")
	case strings.HasPrefix(line, "#"):
		r.flush()
		r.out.WriteString(r.Bold(strings.TrimLeft(line, "# ")) + "\n\n")
	case line == "":
		r.flush()
	case strings.HasPrefix(line, "- "):
		r.wrap()
		r.paragraph = []string{line}
	default:
		r.paragraph = append(r.paragraph, line)
	}
}

// flush ends a paragraph.
func (r *renderer) flush() {
	if len(r.paragraph) > 0 {
		r.wrap()
		r.out.WriteByte('\n')
	}
}

// wrap writes the lines of a paragraph, or of a list's item, broken again.
func (r *renderer) wrap() {
	indent := ""
	if len(r.paragraph) > 0 && strings.HasPrefix(r.paragraph[0], "- ") {
		indent = "  "
	}
	column, strong := 0, false
	for word := range strings.FieldsSeq(strings.Join(r.paragraph, " ")) {
		plain := strings.NewReplacer("**", "", "`", "").Replace(word)
		width := utf8.RuneCountInString(plain)
		switch {
		case column == 0:
		case column+1+width > r.Width:
			r.out.WriteString("\n" + indent)
			column = len(indent)
		default:
			r.out.WriteByte(' ')
			column++
		}
		column += width
		begins, ends := strings.HasPrefix(word, "**"), strings.Contains(strings.TrimPrefix(word, "**"), "**")
		if strong = strong || begins; strong {
			plain = r.Bold(plain)
		}
		if ends {
			strong = false
		}
		r.out.WriteString(plain)
	}
	if column > 0 {
		r.out.WriteByte('\n')
	}
	r.paragraph = nil
}
