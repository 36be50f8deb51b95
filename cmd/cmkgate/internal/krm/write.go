package krm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// WithResults returns a ResourceList with other results; without any it has none.
// Every other byte stays where that is possible, for comments and style.
func WithResults(data []byte, results []Result) ([]byte, error) {
	l, err := Read(data)
	if err != nil {
		return nil, err
	}
	fields, err := mapping(&l.doc)
	if err != nil {
		return nil, err
	}
	rest := fields.without(resultsField)
	if len(rest.node.Content) == len(fields.node.Content) && len(results) == 0 {
		return data, nil
	}
	section := yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if len(results) > 0 {
		var value yaml.Node
		if err := value.Encode(results); err != nil {
			return nil, fmt.Errorf("results: %w", err)
		}
		section.Content = []*yaml.Node{{Kind: yaml.ScalarNode, Value: resultsField}, &value}
	}
	if len(rest.node.Content) == len(fields.node.Content) {
		if out, ok := appended(l.root, data, &section); ok {
			return out, nil
		}
	}
	if json.Valid(data) {
		quote(&section)
	}
	rest.node.Content = append(rest.node.Content, section.Content...)
	return encode(rest.node)
}

const resultsField = "results"

// appended puts the results behind the last line. It says no where that is not
// all that happens, as behind a block text or between brackets.
func appended(root *tree.Node, data []byte, section *yaml.Node) ([]byte, bool) {
	text, err := encode(section)
	if err != nil {
		return nil, false
	}
	out := bytes.Clone(data)
	if !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	out = append(out, text...)
	after, err := Read(out)
	if err != nil || after.root.Len() != root.Len()+1 || after.root.Get(resultsField).Len() != len(section.Content[1].Content) {
		return nil, false
	}
	for i := range root.Len() {
		if before, now := root.At(i), after.root.At(i); before.Key() != now.Key() || !tree.Equal(before, now) {
			return nil, false
		}
	}
	return out, true
}

// quote writes names and texts as JSON does.
func quote(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
		n.Style = yaml.DoubleQuotedStyle
	}
	for _, c := range n.Content {
		quote(c)
	}
}

func encode(n *yaml.Node) ([]byte, error) {
	const indent = 2 // as kustomize and kpt write
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(indent)
	if err := errors.Join(encoder.Encode(n), encoder.Close()); err != nil {
		return nil, fmt.Errorf("the ResourceList cannot be written: %w", err)
	}
	return b.Bytes(), nil
}
