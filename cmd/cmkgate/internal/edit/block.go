package edit

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// slot is where a value stands.
type slot struct {
	node *yaml.Node
	// key is the name of the value in a block map.
	key *yaml.Node
	// column is that of the keys or dashes that hold the value, from 0.
	column int
	// item is set between brackets, json where names are quoted there.
	item *item
	json bool
	// quotes are those of its neighbors.
	quotes quotes
}

// value changes a value of a YAML document.
func (p *planner) value(c *change, s slot) error {
	n := resolve(s.node)
	switch {
	case c.within != nil:
		return p.textIn(c.within, s)
	case c.leaf:
		return p.setScalar(c, s)
	case (isNull(n) || isEmpty(n)) && c.onlyRemoves():
		return nil
	case isNull(n) || isEmpty(n):
		return p.fill(c, s)
	case n.Kind == yaml.MappingNode && c.kind() != tree.Map, n.Kind == yaml.SequenceNode && c.kind() != tree.List, n.Kind == yaml.ScalarNode:
		return mismatch(c)
	case n.Style&yaml.FlowStyle != 0:
		f, err := p.flow(n)
		if err != nil {
			return err
		}
		return p.flowValue(c, f)
	case n.Kind == yaml.MappingNode:
		return p.blockMap(c, n, s)
	}
	return p.blockList(c, n)
}

// blockMap changes the fields of a map in block style.
func (p *planner) blockMap(c *change, n *yaml.Node, s slot) error {
	column, q := n.Content[0].Column-1, quotesOf(n)
	rest, err := p.renameFields(c.children, n, column)
	if err != nil {
		return err
	}
	var added []*change
	removed := 0
	for _, child := range rest {
		i, err := fieldOf(n, child)
		switch {
		case err != nil:
			return err
		case i >= 0 && child.removes():
			removed++
			if 2*removed == len(n.Content) {
				return p.empty(n, column, s)
			}
			err = p.removeField(n, i, column)
		case i >= 0:
			err = p.value(child, slot{node: n.Content[i+1], key: n.Content[i], column: column, quotes: q})
		case !child.onlyRemoves():
			added = append(added, child)
		}
		if err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	last := len(n.Content) - 2
	lines := p.layout.block(added, column, q)
	return p.addLines(slot{node: n.Content[last+1], key: n.Content[last], column: column}, lines)
}

// fieldOf is the index of a field's name in the content of a map, -1 if the
// map does not have the field.
func fieldOf(n *yaml.Node, c *change) (int, error) {
	found, merges := -1, false
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch key := resolve(n.Content[i]); {
		case key.Kind == yaml.ScalarNode && key.Value == "<<" && key.ShortTag() == "!!merge":
			merges = true
		case key.Value == c.step.Key && found >= 0:
			return 0, twice(c.step.Key)
		case key.Value == c.step.Key:
			found = i
		}
	}
	if merges && found < 0 && (!c.leaf || c.removes()) {
		return 0, refusal("%q comes, or may come, from a merge key (<<)", shorten(c.step.Key))
	}
	return found, nil
}

// blockList changes the elements of a list in block style.
func (p *planner) blockList(c *change, n *yaml.Node) error {
	at, err := p.start(n)
	if err != nil {
		return err
	}
	if _, err := p.expect(at, "-"); err != nil {
		return err
	}
	column := p.columnOf(at)
	var added []*change
	for _, child := range c.children {
		i := child.step.Index
		switch {
		case i >= len(n.Content):
			added = append(added, child)
		case child.removes():
			return refusal("cmkgate does not remove list elements")
		default:
			if err := p.value(child, slot{node: n.Content[i], column: column}); err != nil {
				return err
			}
		}
	}
	if len(added) == 0 {
		return nil
	}
	l := p.layout
	if gap := gapOf(n); gap > 0 && n.Anchor == "" {
		l.gap = gap
	}
	return p.addLines(slot{node: n.Content[len(n.Content)-1], column: column}, l.block(added, column, quotesOf(n)))
}

// behind is the offset behind the colon or the dash that a value follows.
func (p *planner) behind(s slot) (int, error) {
	if s.key != nil {
		return p.colon(s.key, s.column)
	}
	at, err := p.offset(s.node)
	if err != nil {
		return 0, err
	}
	before := bytes.TrimRight(p.data[:at], " \t\r\n")
	if !bytes.HasSuffix(before, []byte("-")) || p.columnOf(len(before)-1) != s.column {
		return 0, errLost
	}
	return len(before), nil
}

// endOf is where the value in a slot ends; what is not written ends behind the
// colon or the dash.
func (p *planner) endOf(s slot) (int, error) {
	if isImplicitNull(s.node) {
		return p.behind(s)
	}
	return p.end(s.node, s.column)
}

// addLines puts lines below the last member of a map or list.
func (p *planner) addLines(last slot, lines []string) error {
	end, err := p.endOf(last)
	if err != nil {
		return err
	}
	if p.lineEnd(end) == len(p.data) && endsInBlockText(last.node) {
		return p.addBefore(last, lines) // a line break at the end would become part of the text
	}
	return p.addBelow(end, last.column, lines)
}

// addBelow puts lines below that of an offset, and below the comments that go on
// from it.
func (p *planner) addBelow(at, column int, lines []string) error {
	end := p.lineEnd(at)
	if !isRemark(p.data[at:end]) {
		return refusal("something else follows it on the same line; put it on its own line")
	}
	for next := p.nextLine(end); next > end && next < len(p.data); next = p.nextLine(end) {
		stop := p.lineEnd(next)
		text := bytes.TrimLeft(p.data[next:stop], " ")
		if len(text) == 0 || text[0] != '#' || stop-next-len(text) <= column {
			break
		}
		end = stop
	}
	next := p.nextLine(end)
	if next == end { // the last line, which has no end
		p.splice(end, end, p.eol+strings.Join(lines, p.eol))
		return nil
	}
	eol := string(p.data[end:next])
	p.splice(next, next, strings.Join(lines, eol)+eol)
	return nil
}

func (p *planner) addBefore(last slot, lines []string) error {
	if last.key == nil {
		return refusal("it would follow a block scalar that ends without a newline")
	}
	at, err := p.offset(last.key)
	if err != nil {
		return err
	}
	if !p.beginsLine(at) {
		return refusal("it would follow a block scalar that ends without a newline")
	}
	begin := p.lineStart(at)
	p.splice(begin, begin, strings.Join(lines, p.eol)+p.eol)
	return nil
}

func endsInBlockText(n *yaml.Node) bool {
	for len(n.Content) > 0 && n.Style&yaml.FlowStyle == 0 {
		n = n.Content[len(n.Content)-1]
	}
	return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// removeField takes a field out with its line, or lines, and the comment behind
// it. Comments above it stay.
func (p *planner) removeField(n *yaml.Node, i, column int) error {
	begin, err := p.offset(n.Content[i])
	if err != nil {
		return err
	}
	end, err := p.endOf(slot{node: n.Content[i+1], key: n.Content[i], column: column})
	if err != nil {
		return err
	}
	stop := p.lineEnd(end)
	if !isRemark(p.data[end:stop]) {
		return refusal("something else follows it on the same line")
	}
	next := p.nextLine(stop)
	switch {
	case p.beginsLine(begin) && next > stop:
		p.splice(p.lineStart(begin), next, "")
	case p.beginsLine(begin): // the last line, which has no end
		p.splice(p.breakBefore(p.lineStart(begin)), stop, "")
	case i+2 < len(n.Content): // the first field, behind a dash
		following, err := p.offset(n.Content[i+2])
		if err != nil {
			return err
		}
		if !isBlankText(p.data[stop:following]) {
			return refusal("a comment in the way would be lost")
		}
		p.splice(begin, following, "")
	default:
		return refusal("something else precedes it on the same line")
	}
	return nil
}

func isBlankText(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// empty takes all fields out of a map, which stays as an empty one.
func (p *planner) empty(n *yaml.Node, column int, s slot) error {
	if len(n.Content) > 2 || s.node.Kind == yaml.AliasNode || s.node.Anchor != "" || s.node.Style&yaml.TaggedStyle != 0 {
		return refusal("the object that contains it would be empty")
	}
	begin, err := p.offset(n.Content[0])
	if err != nil {
		return err
	}
	if !p.beginsLine(begin) {
		end, err := p.endOf(slot{node: n.Content[1], key: n.Content[0], column: column})
		if err == nil {
			p.splice(begin, end, "{}")
		}
		return err
	}
	at, err := p.behind(s)
	if err != nil {
		return err
	}
	p.splice(at, at, " {}")
	return p.removeField(n, 0, column)
}

// renameFields gives fields another name where that is all that happens to them.
func (p *planner) renameFields(children []*change, n *yaml.Node, column int) ([]*change, error) {
	return renamed(children, func(from, to *change) (bool, error) {
		i, err := fieldOf(n, from)
		if err != nil || i < 0 {
			return false, err
		}
		if other, err := fieldOf(n, to); err != nil || other >= 0 {
			return false, err
		}
		key, value := n.Content[i], resolve(n.Content[i+1])
		if value.Kind != yaml.ScalarNode || value.ShortTag() != "!!str" || value.Value != to.value || key.Kind != yaml.ScalarNode {
			return false, nil
		}
		start, err := p.start(key)
		if err != nil {
			return false, err
		}
		end, err := p.end(key, column)
		if err != nil {
			return false, err
		}
		p.splice(start, end, scalarText(to.step.Key, p.data[start]))
		return true, nil
	})
}
