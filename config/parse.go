package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// document is a parsed file. A tree.Node knows where its value stands; the
// document knows what else messages need, by that place.
type document struct {
	root *tree.Node
	// names is where the name of a value's field stands.
	names map[place]place
	// written is a scalar as the file has it: 012345678901, where the value is
	// the number 12345678901.
	written map[place]string
}

// place is a line and a column, both from 1.
type place struct{ line, column int }

func (d *document) valueOf(n *tree.Node) place {
	line, column := n.Position()
	return place{max(line, 1), max(column, 1)}
}

// nameOf is where the name of the field that holds a value stands; for a list
// element and for the root, which have none, it is where the value stands.
func (d *document) nameOf(n *tree.Node) place {
	if name, ok := d.names[d.valueOf(n)]; ok && n.Key() != "" {
		return name
	}
	return d.valueOf(n)
}

func parse(data []byte) (*document, *Problem) {
	if problem := checkBytes(data); problem != nil {
		return nil, problem
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	err := decoder.Decode(&first)
	if errors.Is(err, io.EOF) || err == nil && isNull(&first) {
		return nil, &Problem{1, 1, "", "the file is empty.", beginning()}
	}
	if err != nil {
		return nil, syntaxProblem(err, data)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, &Problem{max(second.Line, 1), 1, "", "a second YAML document begins here.", "Keep one, and remove the line ---."}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxProblem(err, data)
	}
	root, err := tree.FromYAML(&first)
	if err != nil {
		return nil, syntaxProblem(err, data)
	}
	doc := &document{root: root, names: map[place]place{}, written: map[place]string{}}
	doc.learn(&first)
	return doc, nil
}

func isNull(doc *yaml.Node) bool {
	return len(doc.Content) == 1 && doc.Content[0].ShortTag() == "!!null"
}

// learn takes down what the tree omits.
func (d *document) learn(n *yaml.Node) {
	at := place{n.Line, n.Column}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := n.Content[i], n.Content[i+1]
			d.names[place{value.Line, value.Column}] = place{name.Line, name.Column}
		}
	case yaml.AliasNode:
		d.written[at] = n.Alias.Value
	case yaml.ScalarNode:
		d.written[at] = n.Value
	default: // only what it contains
	}
	for _, child := range n.Content {
		d.learn(child)
	}
}

// describe names a value for messages: its type and, when it is a scalar, how it is written.
func (d *document) describe(n *tree.Node) string {
	switch n.Kind() {
	case tree.Map:
		return "an object"
	case tree.List:
		return "a list"
	case tree.String:
		return quote(n.Text())
	case tree.Null:
		return "nothing"
	default:
		return "the " + n.Kind().String() + " " + shorten(d.written[d.valueOf(n)])
	}
}

// checkBytes finds what the YAML reader would refuse without a line.
func checkBytes(data []byte) *Problem {
	if len(data) > maxSize {
		return &Problem{1, 1, "", fmt.Sprintf("the file is larger than %d bytes.", maxSize), "A ConfigMap could not hold it."}
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			at := placeOf(data, i)
			return &Problem{at.line, at.column, "", "the file is not UTF-8.", "Save it as UTF-8."}
		case unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\u0085", r):
			at := placeOf(data, i)
			return &Problem{at.line, at.column, "", fmt.Sprintf("this is the control character %U.", r), "Remove it."}
		}
		i += size
	}
	return nil
}

func placeOf(data []byte, offset int) place {
	before := data[:offset]
	return place{
		line:   bytes.Count(before, []byte("\n")) + 1,
		column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
	}
}

// syntaxProblem makes a problem of an error of the YAML reader or of package
// tree, which name their line in the text.
func syntaxProblem(err error, data []byte) *Problem {
	text, syntax := strings.CutPrefix(err.Error(), "yaml: ")
	at := place{1, 1}
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		at.line, _ = strconv.Atoi(m[1]) // digits, by the expression
	} else if m := regexp.MustCompile(`^unknown anchor '(.*)' referenced$`).FindStringSubmatch(text); m != nil {
		at = placeOf(data, max(bytes.Index(data, []byte("*"+m[1])), 0))
	}
	remedy := ""
	for _, known := range syntaxRemedies() {
		if strings.HasPrefix(text, known.text) {
			at.line += known.offset
			remedy = known.remedy
			break
		}
	}
	if syntax {
		text = "this is not YAML: " + text
	}
	return &Problem{at.line, at.column, "", text + ".", remedy}
}

// syntaxRemedy is what helps against an error of the YAML reader.
type syntaxRemedy struct {
	text   string
	remedy string
	// offset corrects the line: the reader counts from 1 in the errors of its
	// scanner and from 0 in those of its parser.
	offset int
}

func syntaxRemedies() []syntaxRemedy {
	return []syntaxRemedy{
		{"did not find expected key", "Check the indentation.", 1},
		{"did not find expected '-' indicator", "Check the indentation.", 1},
		{"did not find expected ','", "Close the bracket.", 1},
		{"did not find expected node content", "Write a value.", 1},
		{"did not find expected <document start>", "Check the indentation.", 1},
		{"mapping values are not allowed", `Check the indentation; a value that contains ": " needs quotes.`, 0},
		{"found character that cannot start any token", "Indent with spaces, not tabs; a value that begins with @ or ` needs quotes.", 0},
		{"could not find expected ':'", "Write NAME: VALUE.", 0},
		{"found unexpected end of stream", "Close the quote.", 0},
		{"unknown anchor", "Define it with & before it is used, or put the value in quotes.", 0},
	}
}
