package edit

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// flow is a map or list between brackets, in YAML or JSON.
type flow struct {
	start, end int // of the brackets
	list       bool
	// json means that names and texts stand in double quotes.
	json   bool
	quotes quotes
	items  []item
}

// item is a member of a flow.
type item struct {
	key                string
	nameStart, nameEnd int
	// start and end are those of the value; behind the name if there is none.
	start, end int
	// node is nil in JSON.
	node *yaml.Node
}

func (i *item) begin(list bool) int {
	if list {
		return i.start
	}
	return i.nameStart
}

// flow finds the members of a map or list in flow style.
func (s *source) flow(n *yaml.Node) (*flow, error) {
	at, err := s.start(n)
	if err != nil {
		return nil, err
	}
	f := &flow{start: at, end: at, list: n.Kind == yaml.SequenceNode, quotes: quotesOf(n)}
	step := 2
	if f.list {
		step = 1
	}
	for i := 0; i+step <= len(n.Content); i += step {
		m := item{node: n.Content[i+step-1]}
		if !f.list {
			if err := s.name(&m, n.Content[i]); err != nil {
				return nil, err
			}
			f.json = n.Content[i].Style&yaml.DoubleQuotedStyle != 0
		}
		if err := s.itemValue(&m, f.list); err != nil {
			return nil, err
		}
		f.items = append(f.items, m)
		f.end = m.end
	}
	if at >= len(s.data) || s.data[at] != '{' && s.data[at] != '[' {
		return f, nil // a pair in a list, which has no brackets of its own
	}
	if len(f.items) == 0 {
		f.end++
	}
	f.end = s.skipFiller(f.end)
	for f.end < len(s.data) && s.data[f.end] == ',' {
		f.end = s.skipFiller(f.end + 1)
	}
	if f.end >= len(s.data) || s.data[f.end] != '}' && s.data[f.end] != ']' {
		return nil, errLost
	}
	f.end++
	return f, nil
}

func (s *source) name(m *item, key *yaml.Node) error {
	var err error
	if m.nameStart, err = s.offset(key); err != nil {
		return err
	}
	m.key = resolve(key).Value
	m.nameEnd, err = s.end(key, -1)
	return err
}

func (s *source) itemValue(m *item, list bool) error {
	var err error
	if !list && isImplicitNull(m.node) {
		m.start = m.nameEnd
		if at := s.skipFiller(m.nameEnd); at < len(s.data) && s.data[at] == ':' {
			m.start = at + 1
		}
		m.end = m.start
		return nil
	}
	if m.start, err = s.offset(m.node); err != nil {
		return err
	}
	m.end, err = s.end(m.node, -1)
	return err
}

// bracketed reports whether members can be put in and taken out.
func (p *planner) bracketed(f *flow) bool {
	return p.data[f.start] == '{' || p.data[f.start] == '['
}

// flowValue changes the members of a map or list in flow style.
func (p *planner) flowValue(c *change, f *flow) error {
	if !p.bracketed(f) {
		return refusal("it is in a pair without brackets in a list; put the pair in {}")
	}
	rest, err := p.renameIn(c.children, f)
	if err != nil {
		return err
	}
	var added []*change
	removed := map[int]bool{}
	for _, child := range rest {
		i, err := f.find(child.step)
		switch {
		case err != nil:
			return err
		case i >= 0 && child.removes():
			removed[i] = true
		case i >= 0:
			err = p.itemChange(child, f, i)
		case !child.onlyRemoves():
			added = append(added, child)
		}
		if err != nil {
			return err
		}
	}
	if len(removed) > 0 {
		if err := p.removeItems(f, removed, len(added) > 0); err != nil {
			return err
		}
	}
	if len(added) > 0 {
		return p.addItems(f, added)
	}
	return nil
}

// find is the index of a member, -1 for one that is not there yet.
func (f *flow) find(step tree.Step) (int, error) {
	found := -1
	for i := range f.items {
		if step.IsKey() && f.items[i].key == step.Key || !step.IsKey() && i == step.Index {
			if found >= 0 {
				return 0, twice(step.Key)
			}
			found = i
		}
	}
	return found, nil
}

func twice(key string) error {
	return refusal("%q is a duplicate key in this object; remove one and run cmkgate fix again", shorten(key))
}

// renameIn gives members that are to be set under another name and removed
// under their own the other name, and returns what is left to do.
func (p *planner) renameIn(children []*change, f *flow) ([]*change, error) {
	return renamed(children, func(from, to *change) (bool, error) {
		i, err := f.find(from.step)
		if err != nil || i < 0 {
			return false, err
		}
		if other, err := f.find(to.step); err != nil || other >= 0 {
			return false, err
		}
		m := &f.items[i]
		text := string(p.data[m.start:m.end])
		if m.node != nil {
			text = resolve(m.node).Value
		} else if text, err = unquoteJSON(text); err != nil {
			return false, nil //nolint:nilerr // it is no text, so it is not the same
		}
		if text != to.value {
			return false, nil
		}
		p.splice(m.nameStart, m.nameEnd, scalarText(to.step.Key, p.data[m.nameStart]))
		return true, nil
	})
}

// renamed looks for pairs of changes that come to another name. Where values are
// the same, a pair are the two that were asked for together: the new name, then
// the old one.
func renamed(children []*change, rename func(from, to *change) (bool, error)) ([]*change, error) {
	rest := children
	for i, from := range children {
		if !from.removes() || !from.step.IsKey() {
			continue
		}
		nearest := slices.Concat(children[i:], children[:i])
		slices.Reverse(nearest)
		for _, to := range nearest {
			if !to.leaf || to.removes() || !to.step.IsKey() || !slices.Contains(rest, to) {
				continue
			}
			done, err := rename(from, to)
			if err != nil {
				return nil, err
			}
			if done {
				rest = without(rest, from, to)
				break
			}
		}
	}
	return rest, nil
}

func without(list []*change, gone ...*change) []*change {
	var out []*change
	for _, c := range list {
		if c != gone[0] && c != gone[1] {
			out = append(out, c)
		}
	}
	return out
}

// itemChange changes the value of a member.
func (p *planner) itemChange(c *change, f *flow, i int) error {
	m := &f.items[i]
	if m.node != nil {
		return p.value(c, slot{node: m.node, item: m, json: f.json, quotes: f.quotes, column: -1})
	}
	text := string(p.data[m.start:m.end])
	switch {
	case c.within != nil:
		return p.text(c.within, jsonScalar(text, m.start))
	case c.leaf:
		p.splice(m.start, m.end, jsonText(c.value))
		return nil
	case (text == "null" || isEmptyJSON(text)) && c.onlyRemoves():
		return nil
	case text == "null", isEmptyJSON(text):
		p.splice(m.start, m.end, p.renderIn(c, p.frameOf(f)))
		return nil
	case text[0] == '{' && c.kind() == tree.Map, text[0] == '[' && c.kind() == tree.List:
		inner, err := p.jsonFlow(m.start)
		if err != nil {
			return err
		}
		return p.flowValue(c, inner)
	}
	return mismatch(c)
}

func mismatch(c *change) error {
	return refusal("there is a value of another type instead of an %s", c.kind())
}

// removeItems takes members out, each with the comma that separates it.
func (p *planner) removeItems(f *flow, removed map[int]bool, more bool) error {
	if len(removed) == len(f.items) {
		if more {
			return refusal("everything between these brackets would be replaced")
		}
		return p.cut(f.start+1, f.end-1)
	}
	kept := -1
	for i := range f.items {
		if !removed[i] {
			kept = i
		}
	}
	for i := range f.items {
		if !removed[i] {
			continue
		}
		from, to := f.items[max(i, 1)-1].end, f.items[i].end
		if i < kept {
			from, to = f.items[i].begin(f.list), f.items[i+1].begin(f.list)
		}
		if err := p.cut(from, to); err != nil {
			return err
		}
	}
	return nil
}

// cut removes bytes, but no comment.
func (p *planner) cut(from, to int) error {
	if !p.json && bytes.Contains(p.data[from:to], []byte("#")) {
		return refusal("a comment in the way would be lost")
	}
	p.splice(from, to, "")
	return nil
}

// addItems puts members behind the last one: on its line, or on lines of their
// own where it has one.
func (p *planner) addItems(f *flow, added []*change) error {
	if len(f.items) == 0 {
		p.splice(f.start, f.end, p.renderIn(&change{children: added}, p.frameOf(f)))
		return nil
	}
	last := &f.items[len(f.items)-1]
	frame := p.frameOf(f)
	if !f.list && !p.json && last.start == last.end && last.start == last.nameEnd {
		return refusal("the last name between these brackets has no value; write one, or null")
	}
	trailing := p.trailingComma(f)
	separator := ", "
	switch {
	case frame.lines:
		separator = "," + frame.eol + frame.prefix
	case f.json && len(f.items) > 1 && string(p.data[f.items[0].end:f.items[1].begin(f.list)]) == ",",
		f.json && len(f.items) == 1 && frame.colon == ":":
		separator = ","
	}
	var text strings.Builder
	for _, c := range added {
		text.WriteString(separator)
		if !f.list {
			text.WriteString(frame.name(c.step.Key) + frame.colon)
		}
		text.WriteString(p.renderIn(c, frame))
	}
	at := p.lineEnd(last.end)
	if !frame.lines || f.end <= at || p.json {
		p.splice(last.end, last.end, text.String())
		return nil
	}
	// The comma belongs behind the value, what is new behind the line's comment.
	if trailing {
		p.splice(at, at, strings.TrimPrefix(text.String(), ",")+",")
		return nil
	}
	p.splice(last.end, last.end, ",")
	p.splice(at, at, strings.TrimPrefix(text.String(), ","))
	return nil
}

func (p *planner) trailingComma(f *flow) bool {
	at := p.skipFiller(f.items[len(f.items)-1].end)
	return at < len(p.data) && p.data[at] == ','
}
