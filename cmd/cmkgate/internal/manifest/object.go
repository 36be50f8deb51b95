package manifest

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Object is a Kubernetes object and where it stands.
type Object struct {
	policies.Object
	File string
	// line is the number of lines in the file before the object's document.
	line int
}

// Position is the line and column of a field, or of its nearest parent that exists.
func (o *Object) Position(path tree.Path) (line, column int) {
	node, _ := o.Root.Nearest(path)
	line, column = node.Position()
	return o.line + line, column
}

// Visitor takes what a file holds.
type Visitor struct {
	Object  func(*Object)
	Problem func(Problem)
	// Wanted tells whether a document is worth parsing; nil parses all.
	Wanted func(document []byte) bool
}

// Read parses the documents of a stream and hands their objects, those inside
// of Lists included, to the visitor. A document that does not parse is a
// problem; the others are still read.
func Read(s *Splitter, file string, src io.Reader, v Visitor) {
	for doc, problem := range s.Documents(file, 0, src) {
		if problem != nil {
			v.Problem(*problem)
			continue
		}
		if v.Wanted != nil && !v.Wanted(doc.Data) {
			continue
		}
		root, problem := parse(doc)
		if problem != nil {
			v.Problem(*problem)
			continue
		}
		visit(&Object{Object: policies.NewObject(root), File: file, line: doc.Line}, v.Object, 0)
	}
}

// maxLists bounds Lists inside of Lists.
const maxLists = 10

// visit hands on an object, or the objects of a List.
func visit(o *Object, each func(*Object), depth int) {
	items := o.Root.Get("items")
	if !strings.HasSuffix(o.Kind, "List") || items.Kind() != tree.List || depth == maxLists {
		if o.Kind != "" {
			each(o)
		}
		return
	}
	for i := range items.Len() {
		visit(&Object{Object: policies.NewObject(items.At(i)), File: o.File, line: o.line}, each, depth+1)
	}
}

func parse(doc Document) (*tree.Node, *Problem) {
	var node yaml.Node
	err := yaml.Unmarshal(doc.Data, &node)
	if err != nil && isJSON(doc.Data) {
		// Raw tabs are white space in JSON, always; YAML's parser stumbles over them.
		err = yaml.Unmarshal(bytes.ReplaceAll(doc.Data, []byte("\t"), []byte(" ")), &node)
	}
	if err != nil {
		return nil, parseProblem(doc, err)
	}
	root, err := tree.FromYAML(&node)
	if err != nil {
		return nil, parseProblem(doc, err)
	}
	return root, nil
}

func isJSON(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	return len(data) > 0 && data[0] == '{'
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

// parseProblem finds the place that the parser complains of. It names the line;
// the column is where the line's text begins.
func parseProblem(doc Document, err error) *Problem {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		text = err.Error()[len(m[0]):]
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			line = n
		}
		if strings.HasPrefix(text, "did not find expected") {
			line++ // the parser counts lines from 0, the scanner from 1
		}
	}
	return &Problem{
		File: doc.File, Line: doc.Line + line, Column: firstColumn(doc.Data, line),
		Text: fmt.Sprintf("cannot be parsed: %s. Put the YAML right; the other documents were still judged.", strings.TrimSuffix(text, ".")),
	}
}

func firstColumn(data []byte, line int) int {
	for i := 1; i < line; i++ {
		_, rest, ok := bytes.Cut(data, []byte("\n"))
		if !ok {
			return 1
		}
		data = rest
	}
	text, _, _ := bytes.Cut(data, []byte("\n"))
	return len(text) - len(bytes.TrimLeft(text, " \t")) + 1
}
