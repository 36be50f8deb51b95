package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// apiGroups ends the API group of every ACK controller.
const apiGroups = "services.k8s.aws"

// kubernetesGroups ends those and what people write in their place.
const kubernetesGroups = "k8s.aws"

// Parsed is what a document holds.
type Parsed struct {
	// Documents counts what is not empty.
	Documents int
	// Values are the YAML documents, or JSON values, that the objects stand in.
	Values []*Value
	// Objects are in the order of the document, Lists taken apart.
	Objects  []Object
	Problems []Problem
}

// ACK parses the document and returns the objects in it, if it can hold any of
// an ACK controller. Of other documents only the syntax is checked.
func (d *Document) ACK() Parsed {
	return d.parse(d.Contains(kubernetesGroups))
}

// parse reads the document; objects are only made when they are wanted.
func (d *Document) parse(wanted bool) Parsed {
	var out Parsed
	decoder := yaml.NewDecoder(bytes.NewReader(d.Data))
	for {
		var root yaml.Node
		err := decodeNext(decoder, &root)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			if fromJSON, ok := d.parseJSON(wanted); ok {
				return fromJSON
			}
			out.Problems = append(out.Problems, d.syntaxProblem(err))
			return out
		}
		if isNull(&root) {
			continue
		}
		out.Documents++
		if wanted {
			d.addObjects(&out, root.Content[0])
		}
	}
}

// decodeNext is Decode without the panics of the YAML reader, which takes some
// broken input for an error of its own.
func decodeNext(decoder *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	return decoder.Decode(into) //nolint:wrapcheck // syntaxProblem reads the text
}

func isNull(doc *yaml.Node) bool {
	return len(doc.Content) == 0 || doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].ShortTag() == "!!null"
}

// addObjects adds what stands under one root.
func (d *Document) addObjects(out *Parsed, node *yaml.Node) {
	root, err := tree.FromYAML(node)
	if err != nil {
		out.Problems = append(out.Problems, d.templated(d.lineProblem(err)))
		return
	}
	before := len(out.Objects)
	d.flatten(out, root, node, "", "")
	for i := before; i < len(out.Objects); i++ {
		if strings.HasSuffix(out.Objects[i].Group, apiGroups) {
			out.Problems = append(out.Problems, d.duplicates(node)...)
			return
		}
	}
}
