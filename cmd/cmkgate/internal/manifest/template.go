package manifest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Template says what a document comes to that must be rendered before it can
// be read, as far as its text says so.
type Template int

// The kinds of templates.
const (
	// NoTemplate: the document is what it is.
	NoTemplate Template = iota
	// OtherTemplate: it says that it is of another API group than ACK's.
	OtherTemplate
	// OpenTemplate: it does not say what it comes to.
	OpenTemplate
	// ACKTemplate: it names an API group of ACK.
	ACKTemplate
)

var (
	action     = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	actionLine = regexp.MustCompile(`(?m)^[ \t]*(\{\{[^\n]*\}\}[ \t]*)+\r?$`)
	variable   = regexp.MustCompile(`\$\{[A-Za-z_][^}\n]*\}`)
	comment    = regexp.MustCompile(`(?m)^(#.*|---[ \t]*\r?)$`)
	// openGroup is an apiVersion with a variable before the slash, where the group stands.
	openGroup = regexp.MustCompile(`(?m)^(?:[{ \t]*")?apiVersion["']?:[ \t]*["']?[^/\s"'#]*\$\{`)
	group     = regexp.MustCompile(`(?m)^[ \t-]*["']?apiVersion["']?:[ \t]*(.*)$`)
)

// templated makes another problem of one that is there because the document is
// a template: one that the YAML reader takes when what is to be filled in is
// filled in, or a file of a Helm chart.
func (d *Document) templated(p Problem) Problem {
	mark := action.FindIndex(d.Data)
	if mark == nil {
		mark = variable.FindIndex(d.Data)
	}
	if mark == nil {
		return p
	}
	chart := Chart(d.File)
	if chart == "" && !parses(filledIn(d.Data)) {
		return p
	}
	begin := bytes.LastIndexByte(d.Data[:mark[0]], '\n') + 1
	p.Line = d.Line + lineNumber(d.Data, mark[0])
	p.Column = utf8.RuneCount(d.Data[begin:mark[0]]) + 1
	p.Template = templateOf(d.Data, chart != "")
	p.Text = templateText(d.Data[mark[0]:mark[1]], chart)
	return p
}

func templateText(mark []byte, chart string) string {
	switch {
	case chart != "":
		return "this is a template of the Helm chart " + chart + ", and only its rendered output can be checked: helm template " + chart + " | cmkgate check -"
	case mark[0] == '{':
		return "this is a template, and only its rendered output can be checked, for example: helm template CHART | cmkgate check -"
	default:
		return "variables are not filled in, and only the result can be checked, for example: flux build kustomization NAME --path DIR | cmkgate check -"
	}
}

// Unrendered is a problem where the document is YAML by chance: a template that
// does not say what it comes to, as {{ include "x" . }} or an API group with a
// variable in it. It is nil for others.
func (d *Document) Unrendered(as *Parsed) *Problem {
	open := d.leavesGroupOpen()
	switch {
	case len(as.Problems) > 0:
		return nil
	case !open && (len(as.Objects) > 0 || !bytes.Contains(d.Data, []byte("{{"))):
		return nil
	}
	p := d.templated(Problem{File: d.File})
	if p.Template == OpenTemplate || open && p.Template == ACKTemplate {
		return &p
	}
	return nil
}

// leavesGroupOpen reports whether a variable is to say which API group it is.
func (d *Document) leavesGroupOpen() bool {
	return bytes.Contains(d.Data, []byte("${")) && openGroup.Match(d.Data)
}

// filledIn puts words where values are to come, and takes out lines that only steer.
func filledIn(data []byte) []byte {
	data = actionLine.ReplaceAll(data, nil)
	return variable.ReplaceAll(action.ReplaceAll(data, []byte("x")), []byte("x"))
}

// templateOf relies on the lines that say apiVersion. A text without any is
// configuration of something else, unless it is in a chart or begins with what
// it is rendered from.
func templateOf(data []byte, inChart bool) Template {
	groups := group.FindAllSubmatch(data, -1)
	out := OtherTemplate
	for _, g := range groups {
		name, _, _ := bytes.Cut(bytes.TrimSpace(g[1]), []byte("/"))
		switch {
		case bytes.Contains(g[1], []byte(apiGroups)):
			return ACKTemplate
		case len(name) == 0, bytes.Contains(name, []byte("{{")), bytes.Contains(name, []byte("${")):
			out = OpenTemplate
		}
	}
	switch {
	case len(groups) > 0:
		return out
	case bytes.Contains(data, []byte(apiGroups)):
		return ACKTemplate
	case inChart, bytes.HasPrefix(bytes.TrimLeft(comment.ReplaceAll(data, nil), " \t\r\n"), []byte("{{")):
		return OpenTemplate
	}
	return OtherTemplate
}

// Chart is the folder of the Helm chart that a file is a template of, "" for
// other files.
func Chart(file string) string {
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		if filepath.Base(dir) == "templates" {
			chart := filepath.Dir(dir)
			if info, err := os.Stat(filepath.Join(chart, "Chart.yaml")); err == nil && info.Mode().IsRegular() {
				return chart
			}
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// Source is the template that Helm says a document of its output is rendered
// from, "" if it says nothing.
func (d *Document) Source() string {
	if d.File != stdinName && !strings.HasPrefix(d.File, "/dev/fd/") {
		return "" // a file that was kept has a name of its own
	}
	for line := range bytes.Lines(d.Data) {
		if source, ok := bytes.CutPrefix(line, []byte("# Source: ")); ok {
			return strings.TrimSpace(string(source))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' && !bytes.HasPrefix(line, []byte("---")) {
			return ""
		}
	}
	return ""
}
