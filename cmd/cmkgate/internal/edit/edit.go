// Package edit changes manifests as a careful person would: it sets and removes
// fields by changing the bytes that must change, and no others. Comments, order,
// quoting, indentation, line endings and anchors stay as they are; what is new
// takes over the style of what stands around it.
//
// Plan says which bytes to change, or why it will not. It does not trust itself:
// Holds checks from the values before and after that the edits were made and
// nothing else has changed. Write nothing until it has agreed.
package edit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Splice puts a text in the place of the bytes from Start to End.
type Splice struct {
	Start, End int
	Text       string
}

// template finds actions that stand on lines of their own or in comments, such
// as {{- if }}: what lies between two of them may not be there once rendered. In
// a value, a template is a text like any other.
var template = regexp.MustCompile(`(?m)^[ \t]*\{\{|(?:^|[ \t])#.*\{\{`)

// Plan returns the splices, in order, that make edits in a document. The node is
// what the YAML reader made of the data; it may be nil for JSON. The paths of
// the edits lead from the root of the document. An error is a sentence that says
// why these edits cannot be made safely; then none of them is planned.
func Plan(data []byte, node *yaml.Node, edits []policies.Edit) ([]Splice, error) {
	if bytes.Contains(data, []byte("{{")) && template.Match(data) {
		return nil, errors.New("the document is a template with actions on lines of their own, so its output is unknown; add the fix in the template")
	}
	c, err := newChange(edits)
	if err != nil {
		return nil, err
	}
	if c.leaf || c.within != nil {
		return nil, errors.New("an edit cannot replace a whole document")
	}
	p := &planner{source: newSource(data), json: json.Valid(bytes.TrimPrefix(data, []byte(byteOrderMark)))}
	switch {
	case p.json:
		err = p.jsonRoot(c)
	case node == nil:
		return nil, errors.New("the document is not valid YAML or JSON up to its end")
	default:
		p.layout = layoutOf(node)
		err = p.value(c, slot{node: content(node), column: -1})
		p.replaceAliases()
	}
	if err != nil {
		return nil, err
	}
	return p.ordered()
}

// Apply makes the splices, which must be in order.
func Apply(data []byte, splices []Splice) []byte {
	var out bytes.Buffer
	out.Grow(len(data) + 256*len(splices))
	at := 0
	for _, s := range splices {
		out.Write(data[at:s.Start])
		out.WriteString(s.Text)
		at = s.End
	}
	out.Write(data[at:])
	return out.Bytes()
}

// Holds reports whether a document is what the edits make of it, and in
// everything else what it was before.
func Holds(before, after *tree.Node, edits []policies.Edit) bool {
	c, err := newChange(edits)
	return err == nil && c.holds(before, after)
}

// Repeated is the first name that a map of a document has twice, nil if there is
// none. Holds says no of edits in such a map: readers differ in what it says.
func Repeated(n *tree.Node) error {
	names := make(map[string]bool, n.Len())
	for i := range n.Len() {
		member := n.At(i)
		if n.Kind() == tree.Map && names[member.Key()] {
			return twice(member.Key())
		}
		names[member.Key()] = true
		if err := Repeated(member); err != nil {
			return err
		}
	}
	return nil
}

// planner collects the splices for one document.
type planner struct {
	source
	layout  layout
	json    bool
	splices []Splice

	// aliases are to become values of their own, unless what they stand for
	// becomes the same.
	aliases []aliasSplice
	set     map[*yaml.Node]any
}

type aliasSplice struct {
	node   *yaml.Node
	value  any
	splice Splice
}

func (p *planner) splice(start, end int, text string) {
	p.splices = append(p.splices, Splice{start, end, text})
}

func (p *planner) replaceAliases() {
	for _, a := range p.aliases {
		value, ok := p.set[a.node.Alias]
		if ok && value == a.value || !ok && isText(a.node.Alias, a.value) {
			continue
		}
		p.splices = append(p.splices, a.splice)
	}
}

// ordered sorts the splices. What is put in at the same place keeps the order in
// which it was planned: what lies deeper comes first.
func (p *planner) ordered() ([]Splice, error) {
	slices.SortStableFunc(p.splices, func(a, b Splice) int { return a.Start - b.Start })
	var out []Splice
	end := 0
	for _, s := range p.splices {
		if slices.Contains(out, s) {
			continue // made once more by way of an alias
		}
		if s.Start < end {
			return nil, errors.New("two fixes overlap; run cmkgate fix again after one of them")
		}
		out, end = append(out, s), max(end, s.End)
	}
	return out, nil
}

// change is what edits make of a value: a tree, so that edits below the same
// parent meet.
type change struct {
	step     tree.Step
	children []*change
	// within is what becomes of the JSON text that the value is.
	within *change
	// leaf means that the value is set, or removed where value is nil.
	leaf  bool
	value any
}

var errContradiction = errors.New("two edits of the same field contradict each other")

func newChange(edits []policies.Edit) (*change, error) {
	root := &change{}
	for i := range edits {
		at, err := root.at(edits[i].Path)
		if err == nil && edits[i].Within != nil {
			if at.within == nil {
				at.within = &change{}
			}
			at, err = at.within.at(edits[i].Within)
		}
		if err != nil {
			return nil, err
		}
		if at.leaf && at.value != edits[i].Value || len(at.children) > 0 || at.within != nil {
			return nil, errContradiction
		}
		at.leaf, at.value = true, edits[i].Value
	}
	return root, nil
}

func (c *change) at(path tree.Path) (*change, error) {
	for _, step := range path {
		if c.leaf || c.within != nil || len(c.children) > 0 && c.children[0].step.IsKey() != step.IsKey() {
			return nil, errContradiction
		}
		i := slices.IndexFunc(c.children, func(child *change) bool { return child.step == step })
		if i < 0 {
			i = len(c.children)
			c.children = append(c.children, &change{step: step})
		}
		c = c.children[i]
	}
	return c, nil
}

func (c *change) removes() bool { return c.leaf && c.value == nil }

// onlyRemoves is about a change that makes nothing, so that no parents are made.
func (c *change) onlyRemoves() bool {
	if c.leaf || c.within != nil {
		return c.removes()
	}
	return !slices.ContainsFunc(c.children, func(child *change) bool { return !child.onlyRemoves() })
}

// kind is that of the value that the change needs: a map or a list, and Null
// where it needs neither.
func (c *change) kind() tree.Kind {
	switch {
	case len(c.children) == 0:
		return tree.Null
	case c.children[0].step.IsKey():
		return tree.Map
	}
	return tree.List
}

func (c *change) child(step tree.Step) *change {
	for _, child := range c.children {
		if child.step == step {
			return child
		}
	}
	return nil
}

func (c *change) holds(before, after *tree.Node) bool {
	switch {
	case c.within != nil:
		old, err := tree.ParseText(before.Str())
		now, err2 := tree.ParseText(after.Str())
		return err == nil && err2 == nil && c.within.holds(old, now)
	case c.removes():
		return after == nil
	case c.leaf:
		return isValue(after, c.value)
	case c.onlyRemoves() && (before.Absent() || before.Len() == 0):
		return (before == nil) == (after == nil) && tree.Equal(before, after)
	case after.Kind() != c.kind(), !before.Absent() && before.Kind() != c.kind():
		return false
	case c.kind() == tree.List:
		return c.holdsList(before, after)
	}
	return c.holdsMap(before, after)
}

func isValue(n *tree.Node, value any) bool {
	switch v := value.(type) {
	case string:
		return n.Kind() == tree.String && n.Text() == v
	case bool:
		return n.Kind() == tree.Bool && n.True() == v
	}
	return false
}

func (c *change) holdsList(before, after *tree.Node) bool {
	length := before.Len()
	for _, child := range c.children {
		length = max(length, child.step.Index+1)
	}
	if after.Len() != length {
		return false
	}
	for i := range length {
		if !c.holdsMember(tree.Index(i), before.At(i), after.At(i)) {
			return false
		}
	}
	return true
}

func (c *change) holdsMap(before, after *tree.Node) bool {
	for i := range after.Len() {
		now := after.At(i)
		if old := before.Get(now.Key()); old == nil && c.child(tree.Key(now.Key())) == nil || !c.holdsMember(tree.Key(now.Key()), old, now) {
			return false
		}
	}
	for i := range before.Len() {
		if key := before.At(i).Key(); after.Get(key) == nil && !c.holdsMember(tree.Key(key), before.At(i), nil) {
			return false
		}
	}
	for _, child := range c.children {
		if !child.onlyRemoves() && after.Get(child.step.Key) == nil {
			return false
		}
	}
	return true
}

// holdsMember is about one member of a map or list; nil is one that is not there.
func (c *change) holdsMember(step tree.Step, before, after *tree.Node) bool {
	child := c.child(step)
	if child != nil {
		return child.holds(before, after)
	}
	return (before == nil) == (after == nil) && tree.Equal(before, after)
}

// content is the root value of a document.
func content(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.DocumentNode && len(node.Content) == 1 {
		return node.Content[0]
	}
	return node
}

func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// refusal is an error that a person reads as the reason why a field is left alone.
func refusal(format string, args ...any) error {
	return fmt.Errorf(format, args...)
}

func shorten(s string) string {
	const limit = 60
	if len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}
