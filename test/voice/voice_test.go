// Package voice checks the language of what users read: messages, help texts and documents.
package voice

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// avoided are expressions that no message, help text or document contains, with what to write instead.
var avoided = []struct{ pattern, instead string }{
	{`reports whether`, "reports whether"},
	{`(is|are|be|was|were|only) told`, "is reported"},
	{`told as`, "reported as"},
	{`judg(e|es|ed|ing|e?ments?)`, "evaluate, check"},
	{`(held|hold|holds)( \w+){0,3} against`, "check against"},
	{`(bring|brings|brought)( \w+)? about`, "introduce"},
	{`(put|puts|putting)( \w+)? right`, "fix, or what it is: denied, set at admission"},
	{`names? (a|no) key`, "set a key"},
	{`breach(es)?`, "schema violation"},
	{`of ours|are ours`, "ACK's, of a supported kind"},
	{`forever`, "forever, permanently"},
	{`anew`, "again"},
	{`throw-away`, "transient key that you cannot audit or revoke"},
	{`fit for use`, "violates POLICY"},
	{`is not settled`, "cannot be determined"},
	{`AWS account of 12 digits`, "12-digit AWS account ID"},
	{`give its manifest`, "pass it to the same check, or use --cluster"},
	{`no policy that`, "S3 would reject this policy"},
	{`knows? no`, "does not support, is unknown"},
	{`shall`, "should"},
	{`for that of the whole`, "makes the pipeline fail too"},
	{`tools differ`, "parsers disagree on which one wins"},
	{`what can be known`, "the fixes that cmkgate can derive"},
	{`not to blame`, "the manifest is fine"},
	{`tell who runs`, "contact your cmkgate administrators"},
	{`may know`, "might add"},
	{`passe[sd] over`, "skip"},
	{`in force`, "active"},
	{`a human`, "a person; without intervention"},
	{`inside of|outside of`, "inside, outside"},
}

// documents are the texts that are not in Go sources. Generated ones are as good as the sources.
var documents = []string{
	"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "cmd/cmkgate/*.md", "charts/cmkgate/*.md", "charts/cmkgate/*.gotmpl",
	"charts/cmkgate/values.yaml", "charts/cmkgate/templates/NOTES.txt", "charts/cmkgate/files/alerts.yaml", "charts/cmkgate/files/dashboard.json",
}

func TestWhatUsersReadIsPlainEnglish(t *testing.T) {
	words := make([]*regexp.Regexp, len(avoided))
	for i, a := range avoided {
		words[i] = regexp.MustCompile(`(?i)\b(` + strings.ReplaceAll(a.pattern, " ", `\s+`) + `)\b`)
	}
	check := func(file string, line int, text string) {
		for i, word := range words {
			for _, at := range word.FindAllStringIndex(text, -1) {
				t.Errorf("%s:%d: %q; write: %s", file, line+strings.Count(text[:at[0]], "\n"), text[at[0]:at[1]], avoided[i].instead)
			}
		}
	}
	for _, folder := range []string{"policies", "webhook", "config", "cmd", "charts"} {
		literals(t, folder, check)
	}
	for _, pattern := range documents {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: no such document %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			check(file, 1, string(bytes.ToValidUTF8(text, nil)))
		}
	}
}

// literals visits the string literals of the programs in a folder, except imports.
func literals(t *testing.T, folder string, visit func(file string, line int, text string)) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					visit(path, files.Position(n.Pos()).Line, text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
