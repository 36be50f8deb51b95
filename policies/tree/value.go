package tree

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// FromValue turns decoded JSON (maps, slices, strings, numbers, booleans and
// nil, as Unstructured and encoding/json hold it) into a tree. Fields are
// sorted by name; a value of any other type becomes a string.
func FromValue(v any) *Node {
	n := fromValue(v)
	return &n
}

func fromValue(v any) Node {
	switch v := v.(type) {
	case nil:
		return Node{}
	case string:
		return Node{kind: String, text: v}
	case bool:
		return Node{kind: Bool, text: strconv.FormatBool(v)}
	case int, int64, uint64, json.Number:
		return Node{kind: Number, text: fmt.Sprint(v)}
	case float64:
		text, err := json.Marshal(v)
		if err != nil { // JSON has no infinity
			return Node{kind: String, text: fmt.Sprint(v)}
		}
		return Node{kind: Number, text: string(text)}
	case []any:
		n := Node{kind: List, children: make([]Node, len(v))}
		for i, e := range v {
			n.children[i] = fromValue(e)
		}
		return n
	case map[string]any:
		members := make([]Node, 0, len(v))
		for key, e := range v {
			child := fromValue(e)
			child.key = key
			members = append(members, child)
		}
		slices.SortFunc(members, func(a, b Node) int { return strings.Compare(a.key, b.key) })
		n := Node{kind: Map}
		n.hold(members)
		return n
	default:
		return Node{kind: String, text: fmt.Sprint(v)}
	}
}
