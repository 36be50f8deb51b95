package manifest

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Change replaces what stands between two places of a file.
type Change struct {
	Begin, End Place
	Text       string
}

// Changes are edits of an object as changes of its file: a scalar that is
// replaced, a line that is removed, fields that are inserted before their
// siblings. It is nil where an edit is none of these, or where an anchor or a
// merge key makes it change other objects too.
func (o *Object) Changes(edits []policies.Edit) []Change {
	if o.yaml() == nil {
		return nil
	}
	c := changer{o: o}
	for _, e := range edits {
		if e.Within != nil || !c.edit(e) {
			return nil
		}
	}
	for i := range c.insertions {
		change, ok := c.insertions[i].change(o)
		if !ok {
			return nil
		}
		c.changes = append(c.changes, change)
	}
	for i := range c.changes {
		c.changes[i].Begin.Line += o.before
		c.changes[i].End.Line += o.before
	}
	return c.changes
}

type changer struct {
	o          *Object
	changes    []Change
	insertions []insertion
}

// insertion is what is missing in a map.
type insertion struct{ parent, fields *yaml.Node }

func (c *changer) edit(e policies.Edit) bool {
	var parent, name *yaml.Node
	node := c.o.node
	for i, step := range e.Path {
		if node == nil || node.Anchor != "" {
			return false
		}
		if !step.IsKey() {
			if node = child(node, step.Index); node == nil {
				return false
			}
			continue
		}
		if node.Kind != yaml.MappingNode || merges(node) {
			return false
		}
		parent = node
		if name, node = fieldAndName(node, step.Key); node == nil {
			return e.Value != nil && c.insert(parent, e.Path[i:], e.Value)
		}
	}
	if node.Kind != yaml.ScalarNode || node.Anchor != "" || parent == nil || name == nil {
		return false
	}
	if e.Value == nil {
		return c.remove(parent, name, node)
	}
	return c.replace(name, node, e.Value)
}

func merges(n *yaml.Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			return true
		}
	}
	return false
}

// insert adds what is missing to the fields of its parent.
func (c *changer) insert(parent *yaml.Node, path tree.Path, value any) bool {
	for i := range c.insertions {
		if c.insertions[i].parent == parent {
			return set(c.insertions[i].fields, path, value)
		}
	}
	fields := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	c.insertions = append(c.insertions, insertion{parent, fields})
	return set(fields, path, value)
}

// set builds the value at a path out of nothing.
func set(at *yaml.Node, path tree.Path, value any) bool {
	for i, step := range path {
		var next *yaml.Node
		if step.IsKey() {
			next = fieldOf(at, step.Key)
		} else {
			next = child(at, step.Index)
		}
		if next == nil {
			next = &yaml.Node{}
			switch last := i == len(path)-1; {
			case last:
				if next.Encode(value) != nil {
					return false
				}
			case path[i+1].IsKey():
				next.Kind, next.Tag = yaml.MappingNode, "!!map"
			default:
				next.Kind, next.Tag = yaml.SequenceNode, "!!seq"
			}
			if step.IsKey() {
				at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: step.Key})
			} else if step.Index != len(at.Content) {
				return false
			}
			at.Content = append(at.Content, next)
		}
		at = next
	}
	return true
}

// replace writes a value in the place of another, or behind a name without one.
func (c *changer) replace(name, node *yaml.Node, value any) bool {
	text, err := json.Marshal(value)
	if err != nil || node.Style&(yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 {
		return false
	}
	quoted := node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	if s, ok := value.(string); ok && !quoted && !strings.HasSuffix(strings.ToLower(c.o.File), ".json") {
		if text, err = yaml.Marshal(s); err != nil {
			return false
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	if node.Value == "" && !quoted {
		end, ok := c.endOf(name)
		if ok && strings.HasPrefix(c.from(end), ":") {
			end.Column++
			c.changes = append(c.changes, Change{end, end, " " + string(text)})
		}
		return ok && strings.HasPrefix(c.from(Place{end.Line, end.Column - 1}), ":")
	}
	end, ok := c.endOf(node)
	if ok {
		c.changes = append(c.changes, Change{Place{node.Line, node.Column}, end, string(text)})
	}
	return ok
}

// remove takes the line of a field away, if the field has it for itself.
func (c *changer) remove(parent, name, node *yaml.Node) bool {
	line := string(lineOf(c.o.source, name.Line))
	end, ok := c.endOf(node)
	if !ok || len(parent.Content) == 2 || node.Line != name.Line || parent.Style&yaml.FlowStyle != 0 ||
		strings.TrimSpace(line[:byteOffset(line, name.Column)]) != "" || strings.Trim(c.from(end), " \t\r") != "" {
		return false
	}
	c.changes = append(c.changes, Change{Begin: Place{name.Line, 1}, End: Place{name.Line + 1, 1}})
	return true
}

// endOf is the end of a scalar that stands in one line, as it is written there.
func (c *changer) endOf(node *yaml.Node) (Place, bool) {
	end := c.o.End(c.o.before+node.Line, node.Column)
	if end == (Place{}) {
		return end, false
	}
	end.Line -= c.o.before
	line := string(lineOf(c.o.source, node.Line))
	written := line[byteOffset(line, node.Column):byteOffset(line, end.Column)]
	var parsed yaml.Node
	if yaml.Unmarshal([]byte(written), &parsed) != nil || len(parsed.Content) != 1 || parsed.Content[0].Value != node.Value {
		return end, false
	}
	return end, parsed.Content[0].Kind == yaml.ScalarNode
}

// from is the rest of a line.
func (c *changer) from(p Place) string {
	line := string(lineOf(c.o.source, p.Line))
	return line[byteOffset(line, p.Column):]
}

// change puts the fields before the first one of their parent.
func (i *insertion) change(o *Object) (Change, bool) {
	if len(i.parent.Content) == 0 {
		return Change{}, false
	}
	first := i.parent.Content[0]
	at := Place{first.Line, first.Column}
	line := string(lineOf(o.source, first.Line))
	offset := byteOffset(line, first.Column)
	if first.Anchor != "" || !strings.HasPrefix(strings.TrimLeft(line[offset:], `"'`), first.Value) {
		return Change{}, false
	}
	if i.parent.Style&yaml.FlowStyle != 0 {
		return Change{at, at, strings.TrimSuffix(strings.TrimPrefix(flow(i.fields), "{"), "}") + ", "}, true
	}
	if strings.Trim(line[:offset], " -") != "" {
		return Change{}, false
	}
	var text bytes.Buffer
	e := yaml.NewEncoder(&text)
	e.SetIndent(2)
	if e.Encode(i.fields) != nil {
		return Change{}, false
	}
	next := "\n" + strings.Repeat(" ", first.Column-1)
	if strings.HasSuffix(line, "\r") {
		next = "\r" + next
	}
	return Change{at, at, strings.ReplaceAll(text.String(), "\n", next)}, true
}

// flow writes a value as JSON, which stands in YAML's flow style too.
func flow(n *yaml.Node) string {
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			parts = append(parts, flow(n.Content[i])+": "+flow(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, c := range n.Content {
			parts = append(parts, flow(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		if n.Tag != "!!str" {
			return n.Value
		}
		text, _ := json.Marshal(n.Value)
		return string(text)
	}
}
