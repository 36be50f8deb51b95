package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies"
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
	// yaml is what the YAML reader made of the first document, if it has read it.
	yaml *yaml.Node
}

// ParseACK returns the objects in the document. A document that cannot contain any
// of an ACK controller is not parsed: its errors are irrelevant. The output of
// a template is unknown, so its syntax is checked, and so is that of text with
// invalid bytes.
func (d *Document) ParseACK() Parsed {
	switch {
	case d.MayBeACK():
		return d.Parse()
	case !d.IsForeign():
		return d.parseYAML(false)
	case d.isEmpty():
		return Parsed{}
	}
	return Parsed{Documents: 1}
}

// IsForeign reports whether the document has nothing to check or report.
func (d *Document) IsForeign() bool {
	return !d.Contains(kubernetesGroups, "{{", "\x00") && !d.leavesGroupOpen() && !isKustomization(d.File)
}

// MayBeACK says no only where the text cannot name an API group of ACK.
func (d *Document) MayBeACK() bool { return d.Contains(kubernetesGroups) }

// isEmpty reports whether there are comments and marks at most.
func (d *Document) isEmpty() bool {
	for line := range bytes.Lines(d.Data) {
		text := bytes.TrimSpace(line[len(marker(line)):])
		if len(text) > 0 && text[0] != '#' {
			return false
		}
	}
	return true
}

// Parse reads the document, whatever it holds, in the fast way where its writing
// allows that.
func (d *Document) Parse() Parsed {
	if d.parses != nil {
		d.parses.Add(1)
	}
	if i := bytes.Index(d.Data, []byte("\n\ufeff")); i >= 0 {
		return Parsed{Documents: 1, Problems: []Problem{{
			File: d.File, Line: d.Line + lineNumber(d.Data, i+1), Column: 1,
			Text: "this line begins with a byte order mark. kubectl ignores it at the beginning of a document; other tools treat it as part of the name. Remove it.",
		}}}
	}
	if out, ok := d.parsePlain(); ok {
		return out
	}
	return d.parseYAML(true)
}

// parsePlain leaves Lists to the YAML reader.
func (d *Document) parsePlain() (Parsed, bool) {
	root, ok := tree.ParsePlain(string(d.Data))
	if !ok || root.Get("items").Kind() == tree.List {
		return Parsed{}, false
	}
	value := &Value{Root: root, Data: d.Data, Begin: d.begin, plain: true}
	out := Parsed{Documents: 1, Values: []*Value{value}}
	if object := policies.NewObject(root); object.Kind != "" || object.Group != "" {
		out.Objects = []Object{{Object: object, File: d.File, before: d.Line, source: d.Data, Value: value}}
	}
	return out, true
}

// maxMarks bounds the line breaks and commas of a document, and so its values:
// the YAML reader takes some 300 bytes for each. A List of 16 MiB, as kubectl
// writes it, has fewer.
const maxMarks = 1 << 20

// quotedMerge is a merge key that the YAML reader here takes for the name of a field.
var quotedMerge = regexp.MustCompile(`![ \t\r\n]+["']<<["']`)

// parseYAML makes objects only when they are wanted.
func (d *Document) parseYAML(wanted bool) Parsed {
	var out Parsed
	if bytes.Count(d.Data, []byte("\n"))+bytes.Count(d.Data, []byte(",")) > maxMarks {
		out.Problems = append(out.Problems, Problem{File: d.File, Line: d.Line + 1, Column: 1, Text: "the document has more than a million values; split the List."})
		return out
	}
	if i := quotedMerge.FindIndex(d.Data); wanted && i != nil {
		out.Problems = append(out.Problems, Problem{
			File: d.File, Line: d.Line + lineNumber(d.Data, i[0]), Column: 1,
			Text: "kubectl treats this as a merge key although it is quoted; other tools treat it as a field. Write <<: without tag and quotes.",
		})
		return out
	}
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
		if out.Documents == 1 {
			out.yaml = &root
		}
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
		problem := d.lineProblem(err)
		problem.Text += "."
		out.Problems = append(out.Problems, d.templated(problem))
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
