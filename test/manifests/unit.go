package manifests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	kubejson "k8s.io/apimachinery/pkg/util/json"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Unit is what is applied together: a file, a part of one, or a folder of samples.
type Unit struct {
	// Name is the file from the root of its module on, and what of the file it is.
	Name string
	Data []byte
}

// Object is one object of a unit, as kubectl sends it.
type Object struct {
	Raw    []byte
	Fields map[string]any
}

// Objects reads a unit as kubectl does. Lists are taken apart.
func (u *Unit) Objects() ([]Object, error) {
	reader := kubeyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(u.Data)))
	var out []Object
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", u.Name, err)
		}
		raw, err := yaml.YAMLToJSON(document)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", u.Name, err)
		}
		if string(raw) == "null" {
			continue
		}
		objects, err := NewObjects(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", u.Name, err)
		}
		out = append(out, objects...)
	}
}

// NewObjects reads one JSON value: an object, or a list of some.
func NewObjects(raw []byte) ([]Object, error) {
	o := Object{Raw: raw}
	if err := kubejson.Unmarshal(raw, &o.Fields); err != nil {
		return nil, err
	}
	if _, ok := o.Fields["items"].([]any); !ok || !strings.HasSuffix(o.Kind(), "List") {
		return []Object{o}, nil
	}
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	var out []Object
	for _, item := range list.Items {
		objects, err := NewObjects(item)
		if err != nil {
			return nil, err
		}
		out = append(out, objects...)
	}
	return out, nil
}

// APIVersion is the object's group and version.
func (o Object) APIVersion() string { return text(o.Fields["apiVersion"]) }

// Group is the object's API group, "" for the core group.
func (o Object) Group() string {
	group, _, ok := strings.Cut(o.APIVersion(), "/")
	if !ok {
		return ""
	}
	return group
}

// Kind is the object's kind.
func (o Object) Kind() string { return text(o.Fields["kind"]) }

// Name is the object's name, "" if it has none yet.
func (o Object) Name() string { return text(o.Metadata()["name"]) }

// Namespace is the namespace that the object names.
func (o Object) Namespace() string { return text(o.Metadata()["namespace"]) }

// Metadata is the object's metadata, nil if it has none.
func (o Object) Metadata() map[string]any {
	m, _ := o.Fields["metadata"].(map[string]any)
	return m
}

// String names the object in messages.
func (o Object) String() string { return o.Kind() + " " + o.Name() }

// OfACK reports whether the object is of one of the two groups that cmkgate evaluates.
func (o Object) OfACK() bool {
	return o.Group() == "sagemaker.services.k8s.aws" || o.Group() == "s3.services.k8s.aws"
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
