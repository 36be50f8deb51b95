package edit_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
)

// TestTextsAreReadAsTheyWereMeant holds that cmkgate's reader and Kubernetes' find
// the same text, with quotes or without, wherever it is written.
func TestTextsAreReadAsTheyWereMeant(t *testing.T) {
	texts := []string{
		key, "arn:aws-us-gov:s3:::bucket/*", "alias/aws/s3", "a::b", "a:b:c", "a:", ":a", "a:1", "1:30", "a#b", "a #b", "-", "- a", "a, b", "{a}", "[a]",
		"", " ", "null", "~", "yes", "Off", "y", "012", "1e3", "0x1F", "1_000", ".5", "2001-01-01", "=", "<<", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "?", "? a",
		"it's", `say "no"`, `back\slash`, "tab\t", "one\ntwo", "\u0085", "\u2028", "é", "日本", "😀", "\x00", "aws:kms", "s3://bucket/prefix", "a=b", "+a", "/a", "_a", "a-", "---", "...",
	}
	const alphabet = "abzAZ019_./:@+=- #,'\"{}[]&*!%|>?\\~"
	rng := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		var b strings.Builder
		for range 1 + rng.IntN(8) {
			b.WriteByte(alphabet[rng.IntN(len(alphabet))])
		}
		texts = append(texts, b.String())
	}
	for _, text := range texts {
		for _, in := range []string{"a: 1\n", "a: x\n", "a: 'x'\n", "a: \"x\"\n", "{a: 1}", "{a: x}", "{a: 'x'}", "{a: \"x\" , }", "{\n  a: x,\n  z: 1\n}", "{\"a\": 1}", "new: old\n", "{new: old}"} {
			edits := set("new = " + text)
			edits[0].Value = text
			node, _ := parse(t, in)
			splices, err := edit.Plan([]byte(in), node, edits)
			if err != nil {
				t.Fatalf("%q into %q: %v", text, in, err)
			}
			out := edit.Apply([]byte(in), splices)
			for name, read := range map[string]func([]byte, any) error{
				"cmkgate's":   yaml.Unmarshal,
				"Kubernetes'": func(data []byte, into any) error { return sigsyaml.Unmarshal(data, into) },
			} {
				var got map[string]any
				if err := read(out, &got); err != nil || got["new"] != text {
					t.Errorf("%s reader takes %q in\n%s\nfor %q, %v", name, text, out, fmt.Sprint(got["new"]), err)
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}
