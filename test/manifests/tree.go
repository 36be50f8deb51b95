package manifests

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// Tree returns every manifest of ACK's objects in a tree of files: YAML and JSON
// files, the files in archives of script tests, the code blocks of
// documentation, and the texts in Go sources. Hidden folders are omitted.
func Tree(tree fs.FS) ([]Unit, error) {
	var out []Unit
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		units, err := unitsOf(tree, path)
		out = append(out, units...)
		return err
	})
	return out, err
}

func unitsOf(tree fs.FS, path string) ([]Unit, error) {
	read, ok := readers()[filepath.Ext(path)]
	if !ok {
		return nil, nil
	}
	data, err := fs.ReadFile(tree, path)
	if err != nil {
		return nil, err
	}
	units, err := read(Unit{path, data})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return slices.DeleteFunc(units, func(u Unit) bool { return !namesACK.Match(u.Data) }), nil
}

// namesACK finds the API groups where a manifest names one.
var namesACK = regexp.MustCompile(`["']?apiVersion["']?: *["']?(sagemaker|s3)\.services\.k8s\.aws/`)

func readers() map[string]func(Unit) ([]Unit, error) {
	whole := func(u Unit) ([]Unit, error) { return []Unit{u}, nil }
	return map[string]func(Unit) ([]Unit, error){
		".yaml": whole, ".yml": whole, ".json": whole,
		".txtar": archived, ".md": documented, ".go": literals,
	}
}

// archived are the files of a script test's archive.
func archived(u Unit) ([]Unit, error) {
	var out []Unit
	for _, file := range txtar.Parse(u.Data).Files {
		out = append(out, Unit{u.Name + "#" + file.Name, file.Data})
	}
	return out, nil
}

// documented are the code blocks of a page: fenced ones and indented ones.
func documented(u Unit) ([]Unit, error) {
	var out []Unit
	var block strings.Builder
	start, fenced := 0, false
	end := func() {
		if block.Len() > 0 {
			out = append(out, Unit{fmt.Sprintf("%s#%d", u.Name, start), []byte(block.String())})
		}
		block.Reset()
	}
	number := 0
	for line := range strings.Lines(string(u.Data)) {
		number++
		indented, isIndented := strings.CutPrefix(line, "    ")
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			end()
			start, fenced = number+1, !fenced
		case fenced:
			block.WriteString(line)
		case isIndented:
			if block.Len() == 0 {
				start = number
			}
			block.WriteString(indented)
		case strings.TrimSpace(line) != "":
			end()
		}
	}
	end()
	return out, nil
}

// literals are the raw strings of a Go source, by the line on which they begin.
func literals(u Unit) ([]Unit, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, u.Name, u.Data, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out []Unit
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING && strings.HasPrefix(literal.Value, "`") {
			if value, err := strconv.Unquote(literal.Value); err == nil {
				out = append(out, Unit{fmt.Sprintf("%s#%d", u.Name, files.Position(literal.Pos()).Line), []byte(value)})
			}
		}
		return true
	})
	return out, nil
}
