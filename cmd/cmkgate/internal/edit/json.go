package edit

import (
	"encoding/json"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// jsonRoot changes a document of JSON, which is valid.
func (p *planner) jsonRoot(c *change) error {
	at := p.skipSpace(p.lines[0])
	if (p.data[at] == '{') != (c.kind() == tree.Map) || (p.data[at] == '[') != (c.kind() == tree.List) {
		return mismatch(c)
	}
	f, err := p.jsonFlow(at)
	if err != nil {
		return err
	}
	return p.flowValue(c, f)
}

// jsonFlow finds the members of the map or list that begins at an offset.
func (s *source) jsonFlow(at int) (*flow, error) {
	f := &flow{start: at, list: s.data[at] == '[', json: true}
	for at = s.skipSpace(at + 1); at < len(s.data) && s.data[at] != '}' && s.data[at] != ']'; at = s.skipSpace(at) {
		var m item
		if !f.list {
			m.nameStart, m.nameEnd = at, s.jsonEnd(at)
			var err error
			if m.key, err = unquoteJSON(string(s.data[m.nameStart:m.nameEnd])); err != nil {
				return nil, errLost
			}
			at = s.skipSpace(s.skipSpace(m.nameEnd) + 1)
		}
		m.start, m.end = at, s.jsonEnd(at)
		f.items = append(f.items, m)
		if at = s.skipSpace(m.end); at < len(s.data) && s.data[at] == ',' {
			at++
		}
	}
	f.end = at + 1
	return f, nil
}

// jsonEnd is where the value ends that begins at an offset.
func (s *source) jsonEnd(at int) int {
	depth := 0
	for at < len(s.data) {
		switch c := s.data[at]; {
		case c == '"':
			end, err := s.quoteEnd(at, '"')
			if err != nil {
				return len(s.data)
			}
			at = end - 1
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case depth > 0:
		default: // a number, true, false or null
			for at < len(s.data) && !isSpace(s.data[at]) && s.data[at] != ',' && s.data[at] != '}' && s.data[at] != ']' {
				at++
			}
			return at
		}
		at++
		if depth == 0 {
			return at
		}
	}
	return at
}

func isEmptyJSON(text string) bool {
	var members []json.RawMessage
	var fields map[string]json.RawMessage
	switch text[0] {
	case '[':
		return json.Unmarshal([]byte(text), &members) == nil && len(members) == 0
	case '{':
		return json.Unmarshal([]byte(text), &fields) == nil && len(fields) == 0
	}
	return false
}
