// Package krm implements the protocol of KRM functions: a ResourceList
// in, a ResourceList out, as in kustomize's functions specification.
package krm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

const (
	group = "config.kubernetes.io/"
	kind  = "ResourceList"
)

// ResourceList is what the caller of a function hands in.
type ResourceList struct {
	doc  yaml.Node
	root *tree.Node
}

// Read reads a ResourceList in YAML or JSON.
func Read(data []byte) (*ResourceList, error) {
	var l ResourceList
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decode(decoder, &l.doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("is empty, want a ResourceList. kustomize and kpt call this command; to check manifests use cmkgate check -")
		}
		return nil, fmt.Errorf("is not YAML: %w", err)
	}
	var err error
	if l.root, err = tree.FromYAML(&l.doc); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if !strings.HasPrefix(l.root.Get("apiVersion").Str(), group) || l.root.Get("kind").Str() != kind {
		return nil, fmt.Errorf("is of kind %q, want a ResourceList of %sv1. kustomize and kpt call this command; to check manifests use cmkgate check -",
			l.root.Get("kind").Str(), group)
	}
	if err := decode(decoder, &yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("has more than one document, want one ResourceList")
	}
	return &l, nil
}

// decode is Decode without the panics of the YAML reader, which takes some broken
// input for an error of its own.
func decode(decoder *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	return decoder.Decode(into) //nolint:wrapcheck // the caller says what could not be read
}

// Config is the functionConfig, without the metadata that makes it an object;
// false if there is none of the API group and kind given.
func (l *ResourceList) Config(group, kind string) (text []byte, ok bool, err error) {
	given := l.root.Get("functionConfig")
	if !strings.HasPrefix(given.Get("apiVersion").Str(), group+"/") || given.Get("kind").Str() != kind {
		return nil, false, nil
	}
	fields, err := mapping(&l.doc)
	if err != nil {
		return nil, false, err
	}
	config := fieldsOf{fields.value("functionConfig")}.without("metadata")
	if text, err = yaml.Marshal(config.node); err != nil {
		return nil, false, fmt.Errorf("cannot be written: %w", err)
	}
	return text, true, nil
}

// fieldsOf are the fields of a mapping as the YAML reader has them.
type fieldsOf struct{ node *yaml.Node }

func mapping(doc *yaml.Node) (fieldsOf, error) {
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return fieldsOf{}, errors.New("the ResourceList is not an object")
	}
	return fieldsOf{doc.Content[0]}, nil
}

func (f fieldsOf) value(name string) *yaml.Node {
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		if f.node.Content[i].Value == name {
			value := f.node.Content[i+1]
			if value.Kind == yaml.AliasNode {
				return value.Alias
			}
			return value
		}
	}
	return &yaml.Node{}
}

// without is a copy that lacks a field.
func (f fieldsOf) without(name string) fieldsOf {
	out := *f.node
	out.Content = nil
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		if f.node.Content[i].Value != name {
			out.Content = append(out.Content, f.node.Content[i], f.node.Content[i+1])
		}
	}
	return fieldsOf{&out}
}
