package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// within are the positions of some places in the text of an object's field text.
func within(t *testing.T, manifest string, paths ...string) []string {
	t.Helper()
	var s Splitter
	var out []string
	for doc, problem := range s.Documents("f", 0, strings.NewReader(manifest)) {
		if problem != nil {
			t.Fatal(problem)
		}
		parsed := doc.Parse()
		for i := range parsed.Objects {
			for _, path := range paths {
				line, column := parsed.Objects[i].PositionWithin(tree.MustPath("text"), tree.MustPath(path))
				out = append(out, fmt.Sprintf("%d:%d", line, column))
			}
		}
	}
	return out
}

func TestPositionsInsideOfATextAreThoseOfTheFile(t *testing.T) {
	for name, tt := range map[string]struct {
		manifest string
		want     []string // of a.b[1], of a.absent and of the text
	}{
		"block":                                   {"kind: A\ntext: |\n  {\n    \"a\": {\n      \"b\": [1, \"é\"]\n    }\n  }\n", []string{"5:16", "4:5", "3:3"}},
		"block, stripped":                         {"kind: A\ntext: |-\n  {\"a\":\n  {\"b\": [1, 2]}}\n", []string{"4:13", "3:4", "3:3"}},
		"block with an indent":                    {"kind: A\ntext: |2 # why\n    {\"a\": {\"b\": [1, 2]}}\n", []string{"3:21", "3:6", "3:5"}},
		"block after empty lines":                 {"kind: A\ntext: |\n\n\n  {\"a\": {\"b\": [1,\n\n  2]}}\n", []string{"7:3", "5:4", "5:3"}},
		"block behind an anchor":                  {"kind: A\ntext: &x |\n  {\"a\": {\"b\": [1, 2]}}\n", []string{"3:19", "3:4", "3:3"}},
		"folded":                                  {"kind: A\ntext: >\n  {\"a\":\n  {\"b\":\n\n    [1,\n  2]}}\n", []string{"7:3", "3:4", "3:3"}},
		"plain would be a map, single quotes":     {"kind: A\ntext: '{\"a\": {\"b\": [\"it''s\", 2]}}'\n", []string{"2:30", "2:9", "2:8"}},
		"single quotes over several lines":        {"kind: A\ntext: '{\"a\":\n\n     {\"b\": [1,\n  2]}}'\n", []string{"5:3", "2:9", "2:8"}},
		"double quotes with escapes":              {"kind: A\ntext: \"{\\n\\\"a\\\": \\x7b\\\"b\\\":\\t[1, \\u0032]}}\"\n", []string{"2:34", "2:11", "2:8"}},
		"double quotes over several lines":        {"kind: A\ntext: \"{\\\"a\\\": {\\\"b\\\": \\\n    [1,\n    2]}}\"\n", []string{"4:5", "2:9", "2:8"}},
		"double quotes with escaped quotes in it": {"kind: A\ntext: \"{\\\"a\\\": {\\\"b\\\": [\\\"\\\\\\\"\\\", 2]}}\"\n", []string{"2:35", "2:9", "2:8"}},
		"a tag":                    {"kind: A\ntext: !!str '{\"a\": {\"b\": [1, 2]}}'\n", []string{"2:30", "2:15", "2:14"}},
		"an alias":                 {"kind: A\nbase: &x '{\"a\": {\"b\": [1, 2]}}'\ntext: *x\n", []string{"2:27", "2:12", "2:11"}},
		"CRLF":                     {"kind: A\r\ntext: |\r\n  {\"a\":\r\n  {\"b\": [1, 2]}}\r\n", []string{"4:13", "3:4", "3:3"}},
		"another document":         {"kind: B\ntext: '{}'\n---\nkind: A\ntext: '{\"a\": {\"b\": [1, 2]}}'\n", []string{"2:8", "2:8", "2:8", "5:24", "5:9", "5:8"}},
		"JSON":                     {"{\"kind\": \"A\",\n \"text\": \"{\\\"a\\\": {\\\"b\\\": [1, 2]}}\"}\n", []string{"2:31", "2:12", "2:11"}},
		"JSON with tabs":           {"{\n\t\"kind\": \"A\",\n\t\"text\": \"{\\\"a\\\": {\\\"b\\\": [1,\\t2]}}\"}\n", []string{"3:32", "3:12", "3:11"}},
		"by merge: the text's map": {"kind: A\nbase: &x {text: '{\"a\": {\"b\": [1, 2]}}'}\n<<: *x\n", []string{"2:17", "2:17", "2:17"}},
		"broken":                   {"kind: A\ntext: |\n  {\"a\": {\n  \"b\": x\n", []string{"4:8", "4:8", "4:8"}},
		"cut off":                  {"kind: A\ntext: |\n  {\"a\": {\n", []string{"3:9", "3:9", "3:9"}},
		"empty":                    {"kind: A\ntext: ''\n", []string{"2:7", "2:7", "2:7"}},
		"no text":                  {"kind: A\ntext: {a: 1}\n", []string{"2:7", "2:7", "2:7"}},
		"a name with quotes":       {"kind: A\ntext: |\n  {\"x\\\"y\" : {}, \"a\" : \n  {\"b\": [1, 2]}}\n", []string{"4:13", "3:17", "3:3"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, within(t, tt.manifest, "a.b[1]", "a.absent", "")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// However the text is written, its places must lie in its lines.
func FuzzPositionWithin(f *testing.F) {
	f.Add("|", `{"a": {"b": [1, 2]}}`)
	f.Add(">-", "{\n  \"a\":\n\n  {}}")
	f.Add("'", `{"it''s": 1}`)
	f.Add(`"`, `{\"a\": \x7b\u007d}`)
	f.Fuzz(func(t *testing.T, style, body string) {
		text := "kind: A\ntext: " + style + body + style + "\n"
		if strings.HasPrefix(style, "|") || strings.HasPrefix(style, ">") {
			text = "kind: A\ntext: " + style + "\n  " + strings.ReplaceAll(body, "\n", "\n  ") + "\n"
		}
		var s Splitter
		for doc, problem := range s.Documents("f", 0, strings.NewReader(text)) {
			if problem != nil {
				return
			}
			parsed := doc.Parse()
			for i := range parsed.Objects {
				o := &parsed.Objects[i]
				for _, path := range []string{"", "a", "a.b[1]"} {
					line, column := o.PositionWithin(tree.MustPath("text"), tree.MustPath(path))
					if line < 1 || column < 1 || line > strings.Count(text, "\n")+1 {
						t.Fatalf("%d:%d in %q", line, column, text)
					}
				}
			}
		}
	})
}
