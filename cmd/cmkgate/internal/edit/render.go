package edit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// layout is how a document in block style is indented.
type layout struct {
	// step is how much deeper the keys of a map in a map stand, list how much
	// deeper the dashes of a list in a map, and gap what lies between a dash and
	// its value, the dash included.
	step, list, gap int
}

// layoutOf takes the habits of a document from the first place that shows each.
func layoutOf(root *yaml.Node) layout {
	h := habits{layout: layout{step: 2, gap: 2}}
	h.look(content(root), 0)
	return h.layout
}

type habits struct {
	layout
	stepKnown, listKnown bool
}

func (h *habits) look(n *yaml.Node, depth int) {
	const deepest = 64
	if n.Style&yaml.FlowStyle != 0 || depth > deepest || h.stepKnown && h.listKnown {
		return
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && isPlainBlock(c) {
			h.collectFacts(c, c.Column-n.Content[0].Column)
		}
		h.look(c, depth+1)
	}
}

func isPlainBlock(n *yaml.Node) bool {
	return len(n.Content) > 0 && n.Style&(yaml.FlowStyle|yaml.TaggedStyle) == 0 && n.Anchor == ""
}

func (h *habits) collectFacts(n *yaml.Node, deeper int) {
	switch {
	case n.Kind == yaml.MappingNode && !h.stepKnown && deeper > 0:
		h.step, h.stepKnown = deeper, true
	case n.Kind == yaml.SequenceNode && !h.listKnown && deeper >= 0:
		h.list, h.listKnown = deeper, true
		if gap := gapOf(n); gap > 0 {
			h.gap = gap
		}
	}
}

// gapOf is how far the first element of a list lies behind its dash, 0 if it
// does not show.
func gapOf(list *yaml.Node) int {
	if first := list.Content[0]; first.Line == list.Line && len(first.Content) > 0 {
		return first.Column - list.Column
	}
	return 0
}

// block writes members of a map or list in block style, one a line, with
// everything below them.
func (l layout) block(members []*change, column int, q quotes) []string {
	pad := strings.Repeat(" ", column)
	var out []string
	for _, c := range members {
		lead := pad + "-" + strings.Repeat(" ", l.gap-1)
		if c.step.IsKey() {
			lead = pad + scalarText(c.step.Key, q.name) + ":"
		}
		switch {
		case c.leaf && c.step.IsKey():
			out = append(out, lead+" "+scalarText(c.value, q.text))
		case c.leaf:
			out = append(out, lead+scalarText(c.value, q.text))
		case !c.step.IsKey():
			below := l.block(c.children, column+l.gap, q)
			below[0] = lead + below[0][column+l.gap:]
			out = append(out, below...)
		default:
			deeper := l.step
			if c.kind() == tree.List {
				deeper = l.list
			}
			out = append(append(out, lead), l.block(c.children, column+deeper, q)...)
		}
	}
	return out
}

// frame is how new members of a flow are written.
type frame struct {
	json, lines              bool
	prefix, unit, eol, colon string
	quotes                   quotes
}

// frameOf looks at the last member, since what is new comes after it.
func (p *planner) frameOf(f *flow) frame {
	out := frame{json: f.json || p.json, eol: p.eol, colon: ": ", unit: "  ", quotes: f.quotes}
	closing := p.indentation(f.end - 1)
	if len(f.items) == 0 {
		out.lines = p.json && len(p.lines) > 2
		out.unit = p.unit()
		out.prefix = closing
		return out
	}
	last := &f.items[len(f.items)-1]
	begin := last.begin(f.list)
	if p.json && (!f.list && last.start == last.nameEnd+1 || f.list && !bytes.Contains(p.data, []byte(`": `))) {
		out.colon = ":"
	}
	if p.beginsLine(begin) {
		out.lines, out.prefix = true, p.indentation(begin)
		if unit := strings.TrimPrefix(out.prefix, closing); unit != "" && len(unit) < len(out.prefix)+1 {
			out.unit = unit
		}
	}
	return out
}

// unit is the indentation of the first indented line of JSON.
func (p *planner) unit() string {
	for _, at := range p.lines[min(1, len(p.lines)-1):] {
		if in := p.indentation(at); in != "" {
			return in
		}
	}
	return "  "
}

func (f frame) name(key string) string {
	if f.json {
		return jsonText(key)
	}
	return scalarText(key, f.quotes.name)
}

// renderIn writes a value for a place between brackets.
func (p *planner) renderIn(c *change, f frame) string {
	if c.leaf {
		if f.json {
			return jsonText(c.value)
		}
		return scalarText(c.value, f.quotes.text)
	}
	if p.json && f.lines {
		return f.spread(c, f.prefix)
	}
	open, end := "{", "}"
	if c.kind() == tree.List {
		open, end = "[", "]"
	}
	separator := ", "
	if f.colon == ":" {
		separator = ","
	}
	parts := make([]string, len(c.children))
	for i, child := range c.children {
		if child.step.IsKey() {
			parts[i] = f.name(child.step.Key) + f.colon
		}
		parts[i] += p.renderIn(child, f)
	}
	return open + strings.Join(parts, separator) + end
}

// spread writes JSON with one member a line.
func (f frame) spread(c *change, prefix string) string {
	if c.leaf {
		return jsonText(c.value)
	}
	open, end := "{", "}"
	if c.kind() == tree.List {
		open, end = "[", "]"
	}
	var b strings.Builder
	b.WriteString(open)
	for i, child := range c.children {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(f.eol + prefix + f.unit)
		if child.step.IsKey() {
			b.WriteString(jsonText(child.step.Key) + f.colon)
		}
		b.WriteString(f.spread(child, prefix+f.unit))
	}
	b.WriteString(f.eol + prefix + end)
	return b.String()
}

// jsonText is a value as JSON writes it, which is what YAML reads between
// double quotes.
func jsonText(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return "null" // strings and booleans cannot fail
	}
	text := strings.TrimSuffix(b.String(), "\n")
	if isPrintable(text) {
		return text
	}
	b.Reset()
	for _, r := range text {
		if isPrintable(string(r)) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// isPrintable reports whether YAML takes all characters of a text as they are.
func isPrintable(text string) bool {
	for _, r := range text {
		if r < ' ' || r >= 0x7F && r < 0xA0 || r == '\u2028' || r == '\u2029' || r == '\uFEFF' || r == '\uFFFE' || r == '\uFFFF' {
			return false
		}
	}
	return true
}
