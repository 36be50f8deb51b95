// Package ignore reads patterns that leave files out, as gitignore(5) has them.
package ignore

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// Rules are the patterns that hold in a folder, its own before those of the
// folders above it. The nil Rules leave nothing out.
type Rules struct {
	above    *Rules
	base     string
	patterns []pattern
	// repository is the folder of a repository, at the end of the chain.
	repository string
}

type pattern struct {
	glob string
	// again takes back what an earlier pattern omits.
	again bool
	// folders means that only folders are meant.
	folders bool
	// anchored means that the whole path below base counts, not the name alone.
	anchored bool
	// literal is a glob without wildcards, suffix one of a star and such.
	literal, suffix bool
}

// Add returns rules that hold below a folder, base, in addition to those above
// it. Paths have slashes.
func (r *Rules) Add(base string, text []byte) *Rules {
	var patterns []pattern
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))) {
		if p, ok := parse(string(line)); ok {
			patterns = append(patterns, p)
		}
	}
	if len(patterns) == 0 {
		return r
	}
	return &Rules{above: r, base: base, patterns: patterns}
}

func parse(line string) (pattern, bool) {
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if strings.HasPrefix(line, "#") {
		return pattern{}, false
	}
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	var p pattern
	line, p.again = strings.CutPrefix(line, "!")
	line, p.folders = strings.CutSuffix(line, "/")
	p.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return pattern{}, false
	}
	p.literal = !strings.ContainsAny(line, `*?[\`)
	if rest, ok := strings.CutPrefix(line, "*"); ok && !p.anchored {
		p.suffix = !strings.ContainsAny(rest, `*?[\`)
	}
	p.glob = line
	if !p.literal && !p.suffix {
		p.glob = translate(line)
	}
	return p, true
}

// translate writes a pattern for doublestar, which knows braces, and for which
// a/** stands for a too.
func translate(glob string) string {
	glob = strings.NewReplacer("{", `\{`, "}", `\}`, `\{`, `\{`, `\}`, `\}`).Replace(glob)
	if strings.HasSuffix(glob, "/**") {
		glob += "/*"
	}
	return bytewise(glob)
}

// bytewise makes a character of every byte, as which git counts them.
func bytewise(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// Ignores reports whether the rules omit a file or a folder. The last pattern
// that matches decides. Those above the folder are not looked at: what is in a
// folder that is omitted is never asked for.
func (r *Rules) Ignores(file string, folder bool) bool {
	name := file[strings.LastIndexByte(file, '/')+1:]
	for ; r != nil; r = r.above {
		below, ok := cut(file, r.base)
		if !ok {
			continue
		}
		for i := len(r.patterns) - 1; i >= 0; i-- {
			if r.patterns[i].matches(below, name, folder) {
				return !r.patterns[i].again
			}
		}
	}
	return false
}

// cut is the path below a folder.
func cut(file, base string) (string, bool) {
	base = strings.TrimSuffix(base, "/")
	switch {
	case base == "":
		return strings.TrimPrefix(file, "/"), true
	case strings.HasPrefix(file, base) && len(file) > len(base) && file[len(base)] == '/':
		return file[len(base)+1:], true
	}
	return "", false
}

func (p *pattern) matches(file, name string, folder bool) bool {
	if p.folders && !folder {
		return false
	}
	if !p.anchored {
		file = name
	}
	switch {
	case p.literal:
		return file == p.glob
	case p.suffix:
		return strings.HasSuffix(file, p.glob[1:])
	}
	return doublestar.MatchUnvalidated(p.glob, bytewise(file))
}
