package tree

import (
	"encoding/base64"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// maxExpanded bounds how many values the aliases of a document may expand to.
// etcd takes 1.5 MB an object, which has fewer.
const maxExpanded = 1 << 17

// FromYAML turns a parsed YAML document into a tree with the positions of the
// file. Aliases and merge keys are expanded; scalars and keys get the type that
// kubectl gives them (YAML 1.1: yes, no, on and off are booleans). Of duplicate
// fields the last one counts.
func FromYAML(doc *yaml.Node) (*Node, error) {
	c := &yamlConverter{}
	var root Node
	if err := c.convert(&root, doc); err != nil {
		return nil, err
	}
	return &root, nil
}

type yamlConverter struct {
	open     []*yaml.Node // aliases being expanded, to see a cycle
	expanded int
}

func (c *yamlConverter) convert(dst *Node, src *yaml.Node) error {
	if len(c.open) > 0 {
		c.expanded++
	}
	if c.expanded > maxExpanded {
		return fmt.Errorf("line %d: the aliases of the document expand to more than %d values; no object can be so large. Use fewer aliases", src.Line, maxExpanded)
	}
	dst.line, dst.column = int32(src.Line), int32(src.Column) //nolint:gosec // a file has fewer than 2^31 lines
	switch src.Kind {
	case 0:
		return nil
	case yaml.DocumentNode:
		if len(src.Content) == 0 {
			return nil
		}
		return c.convert(dst, src.Content[0])
	case yaml.AliasNode:
		return c.alias(dst, src)
	case yaml.SequenceNode:
		dst.kind, dst.children = List, make([]Node, len(src.Content))
		for i, child := range src.Content {
			if err := c.convert(&dst.children[i], child); err != nil {
				return err
			}
		}
		return nil
	case yaml.MappingNode:
		dst.kind = Map
		return c.mapping(dst, src)
	default:
		var err error
		dst.kind, dst.text, err = scalar(src)
		return err
	}
}

func (c *yamlConverter) alias(dst *Node, src *yaml.Node) error {
	if slices.Contains(c.open, src.Alias) {
		return fmt.Errorf("line %d: alias *%s contains itself", src.Line, src.Value)
	}
	c.open = append(c.open, src.Alias)
	err := c.convert(dst, src.Alias)
	c.open = c.open[:len(c.open)-1]
	dst.line, dst.column = int32(src.Line), int32(src.Column) //nolint:gosec // as above
	return err
}

func (c *yamlConverter) mapping(dst *Node, src *yaml.Node) error {
	m := yamlMap{node: dst}
	dst.children = make([]Node, 0, len(src.Content)/2)
	for i := 0; i+1 < len(src.Content); i += 2 {
		key, value := src.Content[i], src.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if isMerge(key) {
			if err := c.merge(&m, value); err != nil {
				return err
			}
			continue
		}
		name, err := fieldName(key)
		if err != nil {
			return err
		}
		var field Node
		if err := c.convert(&field, value); err != nil {
			return err
		}
		field.key = name
		m.add(field)
	}
	dst.hold(dst.children)
	return nil
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && key.ShortTag() == "!!merge"
}

// merge adds the fields of <<. They override what stands above them and are
// overridden by what stands below, as in the YAML reader of kubectl; in a list
// of maps the first one wins.
func (c *yamlConverter) merge(dst *yamlMap, src *yaml.Node) error {
	var from Node
	if err := c.convert(&from, src); err != nil {
		return err
	}
	maps := []Node{from}
	if from.kind == List {
		maps = from.children
	}
	for _, m := range slices.Backward(maps) {
		if m.kind != Map {
			return fmt.Errorf("line %d: << merges a value of type %s, want an object", src.Line, m.kind)
		}
		for _, field := range m.children {
			dst.merge(field)
		}
	}
	return nil
}

// yamlMap is a map under construction. What it has twice stays twice, for
// those who want to complain about it; what a merge overrides does not.
type yamlMap struct {
	node *Node
	// fields finds the fields by name, merged those that a merge has set. Few
	// maps have a merge, so they are made when the first one comes.
	fields map[string]int
	merged map[string]bool
}

func (m *yamlMap) add(field Node) {
	if m.merged[field.key] {
		m.node.children[m.fields[field.key]] = field
		delete(m.merged, field.key)
		return
	}
	m.node.children = append(m.node.children, field)
	if m.fields != nil {
		m.fields[field.key] = len(m.node.children) - 1
	}
}

func (m *yamlMap) merge(field Node) {
	if m.fields == nil {
		m.fields, m.merged = map[string]int{}, map[string]bool{}
		for i := range m.node.children {
			m.fields[m.node.children[i].key] = i
		}
	}
	if i, ok := m.fields[field.key]; ok {
		m.node.children[i] = field
	} else {
		m.add(field)
	}
	m.merged[field.key] = true
}

// fieldName is the text that kubectl makes of a key: that of a number or
// boolean is the text of its value.
func fieldName(key *yaml.Node) (string, error) {
	if key.Kind == yaml.ScalarNode {
		kind, text, err := scalar(key)
		if err != nil || kind != Null {
			return text, err
		}
	}
	return "", fmt.Errorf("line %d: a field name must be a string", key.Line)
}

// scalar is a value with the type that the YAML reader of kubectl gives it.
func scalar(src *yaml.Node) (Kind, string, error) {
	switch src.ShortTag() {
	case "!!null":
		return Null, "", nil
	case "!!bool":
		if kind, text := yaml11Bool(src.Value); kind == Bool {
			return kind, text, nil
		}
	case "!!int", "!!float":
		return number(src)
	case "!!binary":
		text, err := base64.StdEncoding.DecodeString(src.Value)
		if err != nil {
			return Null, "", fmt.Errorf("line %d: this is not base64: %w", src.Line, err)
		}
		return String, string(text), nil
	}
	if src.Style == 0 {
		if kind, text := yaml11Bool(src.Value); kind == Bool {
			return kind, text, nil
		}
	}
	return String, src.Value, nil
}

func yaml11Bool(s string) (Kind, string) {
	switch s {
	case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return Bool, "true"
	case "false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return Bool, "false"
	}
	return String, s
}

// number keeps a number as it is written where JSON can write it so, and else
// writes the same number as JSON does (0x1F, 1_000, .5).
func number(src *yaml.Node) (Kind, string, error) {
	p := jsonParser{src: src.Value, builder: builder{stack: make([]Node, 1)}}
	if err := p.number(0); err == nil && p.pos == len(p.src) {
		return Number, src.Value, nil
	}
	var v any
	if err := src.Decode(&v); err != nil {
		return Null, "", fmt.Errorf("line %d: %q is not a number", src.Line, src.Value)
	}
	n := fromValue(v)
	if n.kind != Number {
		return Null, "", fmt.Errorf("line %d: JSON has no number %s", src.Line, src.Value)
	}
	return Number, n.text, nil
}
