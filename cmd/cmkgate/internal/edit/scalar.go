package edit

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// setScalar puts a value in the place of another, in the quotes of the other.
func (p *planner) setScalar(c *change, s slot) error {
	if c.removes() {
		return refusal("cmkgate does not remove list elements")
	}
	n := s.node
	inFlow := s.item != nil
	switch {
	case n.Kind == yaml.ScalarNode && isText(n, c.value):
		return nil
	case isImplicitNull(n):
		return p.setNothing(scalarText(c.value, s.quotes.text), s)
	case n.Kind == yaml.AliasNode:
		at, err := p.offset(n)
		if err != nil {
			return err
		}
		p.aliases = append(p.aliases, aliasSplice{n, c.value, Splice{at, at + len("*") + len(n.Value), scalarText(c.value, s.quotes.text)}})
		return nil
	case n.Kind != yaml.ScalarNode && !inFlow && n.Style&yaml.FlowStyle == 0:
		return p.setBlock(scalarText(c.value, s.quotes.text), s)
	}
	start, err := p.start(n)
	if err != nil {
		return err
	}
	if n.Style&yaml.TaggedStyle != 0 {
		if n.Anchor != "" {
			return refusal("the value has a tag (!) and an anchor (&)")
		}
		if start, err = p.offset(n); err != nil {
			return err
		}
	}
	end, err := p.end(n, s.column)
	if err != nil {
		return err
	}
	if p.set == nil {
		p.set = map[*yaml.Node]any{}
	}
	p.set[n] = c.value
	p.splice(start, end, p.textLike(p.data[start], c.value, s))
	return nil
}

func isText(n *yaml.Node, value any) bool { return n.ShortTag() == "!!str" && n.Value == value }

// textLike writes a value in the quotes of the one that it replaces, whose first
// byte is given.
func (p *planner) textLike(first byte, value any, s slot) string {
	switch {
	case s.json:
		return jsonText(value)
	case first == '"' || first == '\'':
		return scalarText(value, first)
	case s.node.Kind == yaml.ScalarNode && s.node.ShortTag() == "!!str":
		return scalarText(value, 0)
	}
	return scalarText(value, s.quotes.text)
}

// setNothing writes a value where none is written.
func (p *planner) setNothing(text string, s slot) error {
	if s.item != nil {
		at := s.item.start
		switch {
		case p.data[at-1] != ':':
			text = ": " + text
		case p.data[at] == ' ':
			at++
		default:
			text = " " + text
		}
		p.splice(at, at, text)
		return nil
	}
	at, err := p.behind(s)
	if err == nil {
		p.splice(at, at, " "+text)
	}
	return err
}

// setBlock puts a value in the place of a map or list in block style.
func (p *planner) setBlock(text string, s slot) error {
	from, err := p.behind(s)
	if err != nil {
		return err
	}
	to, err := p.end(s.node, s.column)
	if err != nil {
		return err
	}
	if s.node.Anchor != "" {
		return refusal("the value has an anchor (&), and others may refer to it")
	}
	if bytes.Contains(p.data[from:to], []byte("#")) {
		return refusal("a comment in the way would be lost")
	}
	p.splice(from, to, " "+text)
	return nil
}

// fill writes members into a map or list that is null or empty.
func (p *planner) fill(c *change, s slot) error {
	n := s.node
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		return refusal("the value to fill has an anchor (&), an alias (*) or a tag (!)")
	}
	if s.item != nil {
		text := p.renderIn(c, frame{json: s.json, colon: ": ", quotes: s.quotes})
		if isImplicitNull(n) {
			return p.setNothing(text, s)
		}
		p.splice(s.item.start, s.item.end, text)
		return nil
	}
	from, err := p.behind(s)
	if err != nil {
		return err
	}
	to := from
	if !isImplicitNull(n) {
		if to, err = p.end(n, s.column); err != nil {
			return err
		}
	}
	if p.lineEnd(from) < to || bytes.Contains(p.data[from:to], []byte("#")) {
		return refusal("the value to fill spans several lines, or contains a comment; write {} or [] on one line")
	}
	if s.key != nil {
		deeper := p.layout.step
		if c.kind() == tree.List {
			deeper = p.layout.list
		}
		if from < to {
			p.splice(from, to, "")
		}
		return p.addBelow(to, s.column, p.layout.block(c.children, s.column+deeper, s.quotes))
	}
	lines := p.layout.block(c.children, s.column+p.layout.gap, s.quotes)
	p.splice(from, to, strings.Repeat(" ", p.layout.gap-1)+lines[0][s.column+p.layout.gap:])
	if len(lines) == 1 {
		return nil
	}
	return p.addBelow(to, s.column, lines[1:])
}
