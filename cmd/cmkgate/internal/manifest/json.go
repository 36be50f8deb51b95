package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// parseJSON reads what is JSON but not YAML to the YAML reader: objects one
// after the other without a separator, and escaped surrogate pairs.
func (d *Document) parseJSON() (Parsed, bool) {
	var out Parsed
	if !bytes.HasPrefix(bytes.TrimLeft(d.Data, " \t\r\n"), []byte("{")) {
		return out, false
	}
	decoder := json.NewDecoder(bytes.NewReader(d.Data))
	for {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return out, true
		}
		if err != nil {
			return out, false
		}
		out.Documents++
		begin := int(decoder.InputOffset()) - len(raw)
		value := Document{File: d.File, Line: d.Line + bytes.Count(d.Data[:begin], []byte("\n")), Data: raw, begin: d.begin + begin}
		value.addJSON(&out)
	}
}

// addJSON adds one JSON value: by way of the YAML reader, which knows
// positions, or without them. A tab is white space to JSON, always; the YAML
// reader stumbles over it.
func (d *Document) addJSON(out *Parsed) {
	var doc yaml.Node
	spaced := bytes.ReplaceAll(d.Data, []byte("\t"), []byte(" "))
	if decodeNext(yaml.NewDecoder(bytes.NewReader(spaced)), &doc) == nil && len(doc.Content) == 1 {
		d.addObjects(out, doc.Content[0])
		return
	}
	root, err := tree.ParseJSON(d.Data)
	if err != nil {
		out.Problems = append(out.Problems, Problem{File: d.File, Line: d.Line + 1, Column: 1, Text: "this is not JSON: " + err.Error() + "."})
		return
	}
	d.flatten(out, root, nil, "", "")
}
