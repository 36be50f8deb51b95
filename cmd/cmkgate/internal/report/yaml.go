package report

import (
	"bytes"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// yamlWriter writes the same as jsonWriter, in the same order, as YAML.
type yamlWriter struct {
	w        io.Writer
	started  bool
	problems []problem
}

func (y *yamlWriter) Write(b *Batch) error {
	y.problems = append(y.problems, problemsOf(b.Problems)...)
	for i := range b.Results {
		data, err := encode(&b.Results[i])
		if err != nil {
			return fmt.Errorf("encode a result: %w", err)
		}
		item, err := toYAML(fmt.Appendf(nil, "[%s]", data))
		if err != nil {
			return err
		}
		if err := write(y.w, y.head()+item); err != nil {
			return err
		}
	}
	return nil
}

func (y *yamlWriter) head() string {
	if y.started {
		return ""
	}
	y.started = true
	return "results:\n"
}

func (y *yamlWriter) Close(s Summary) error {
	head := ""
	if !y.started {
		head = "results: []\n"
	}
	tail, err := encodeTail(y.problems, s)
	if err != nil {
		return err
	}
	text, err := toYAML([]byte("{" + tail + "}"))
	if err != nil {
		return err
	}
	return write(y.w, head+text)
}

// toYAML writes JSON in YAML's block style; the order of fields stays.
func toYAML(json []byte) (string, error) {
	var node yaml.Node
	if err := yaml.Unmarshal(json, &node); err != nil {
		return "", fmt.Errorf("write YAML: %w", err)
	}
	plain(&node)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&node); err != nil {
		return "", fmt.Errorf("write YAML: %w", err)
	}
	return b.String(), nil
}

// plain lets the encoder choose how each value is written.
func plain(n *yaml.Node) {
	if len(n.Content) > 0 || n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	for _, c := range n.Content {
		plain(c)
	}
}
