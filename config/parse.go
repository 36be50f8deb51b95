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

// document is a parsed file. A tree.Node knows where its value stands; where
// the name of its field stands, names knows.
type document struct {
	root  *tree.Node
	names map[place]place
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
	doc := &document{root: root, names: map[place]place{}}
	doc.learnNames(&first)
	return doc, nil
}

func isNull(doc *yaml.Node) bool {
	return len(doc.Content) == 1 && doc.Content[0].ShortTag() == "!!null"
}

func (d *document) learnNames(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := n.Content[i], n.Content[i+1]
			d.names[place{value.Line, value.Column}] = place{name.Line, name.Column}
		}
	}
	for _, child := range n.Content {
		d.learnNames(child)
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
			return &Problem{at.line, at.column, "", fmt.Sprintf("the control character %U stands here.", r), "Remove it."}
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
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	at := place{1, 1}
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		at.line, _ = strconv.Atoi(m[1]) //nolint:errcheck // the expression matches digits
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
	return &Problem{at.line, at.column, "", "this is not YAML: " + text + ".", remedy}
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
