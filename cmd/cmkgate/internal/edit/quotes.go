package edit

import (
	"encoding/json"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// quotes are those that people put around names and texts that need none; 0
// stands for none.
type quotes struct{ name, text byte }

// quotesOf takes the habits of a map or list from its last name and from its last
// text that could do without quotes.
func quotesOf(n *yaml.Node) quotes {
	var q quotes
	first, step := 0, 1
	if n.Kind == yaml.MappingNode && len(n.Content) > 0 {
		first, step = 1, 2
		q.name = quoteOf(n.Content[len(n.Content)-2])
	}
	for i := len(n.Content) - 1; i >= first; i -= step {
		v := n.Content[i]
		quote := quoteOf(v)
		if v.Kind != yaml.ScalarNode || quote == 0 && v.Style != 0 || !isPlain(v.Value) {
			continue // it says nothing of habits
		}
		q.text = quote
		break
	}
	return q
}

func quoteOf(n *yaml.Node) byte {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return '"'
	case n.Style&yaml.SingleQuotedStyle != 0:
		return '\''
	}
	return 0
}

// plain are texts that no reader of YAML takes for anything else, as far as
// their characters go: a colon has to be followed by what neither ends a text nor
// the brackets around it.
var plain = regexp.MustCompile(`^[A-Za-z_/](?:[A-Za-z0-9_./:@+=-]*[A-Za-z0-9_./@+=-])?$`)

func isPlain(text string) bool { return plain.MatchString(text) && !isWord(text) }

// isWord is about texts that some reader takes for null, a boolean or a number.
func isWord(text string) bool {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	node := yaml.Node{Kind: yaml.ScalarNode, Value: text}
	return node.ShortTag() != "!!str"
}

// scalarText writes a value in the quotes that are the habit, and in some where it
// needs them.
func scalarText(value any, quote byte) string {
	text, ok := value.(string)
	switch {
	case !ok:
		return jsonText(value)
	case quote == '"':
		return jsonText(text)
	case quote == '\'' && isPrintable(text):
		return singleQuoted(text)
	case isPlain(text):
		return text
	case strings.ContainsAny(text, `"\`) && isPrintable(text):
		return singleQuoted(text)
	}
	return jsonText(text)
}

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func unquoteJSON(text string) (string, error) {
	var out string
	err := json.Unmarshal([]byte(text), &out)
	return out, err //nolint:wrapcheck // callers look at whether it is a text only
}
