package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
)

// comments are the doc comments of a package: by "Type" and by "Type.Field".
type comments map[string]string

func readComments(dir string) (comments, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	out := comments{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("read doc comments: %w", err)
		}
		for _, decl := range parsed.Decls {
			if types, ok := decl.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				out.learn(types)
			}
		}
	}
	return out, nil
}

func (c comments) learn(types *ast.GenDecl) {
	for _, spec := range types.Specs {
		named, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		c[named.Name.Name] = withoutName(oneLine(types.Doc), named.Name.Name)
		body, ok := named.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range body.Fields.List {
			for _, name := range field.Names {
				c[named.Name.Name+"."+name.Name] = oneLine(field.Doc)
			}
		}
	}
}

func oneLine(doc *ast.CommentGroup) string {
	return strings.Join(strings.Fields(doc.Text()), " ")
}

// withoutName drops the type's name, with which Go begins its comments and
// which the file's author does not know.
func withoutName(doc, name string) string {
	rest := strings.TrimPrefix(doc, name)
	for _, verb := range []string{" is ", " are ", " "} {
		if after, ok := strings.CutPrefix(rest, verb); ok && rest != doc {
			return strings.ToUpper(after[:1]) + after[1:]
		}
	}
	return doc
}

func (c comments) ofType(t reflect.Type) string { return c[t.Name()] }

func (c comments) ofField(t reflect.Type, f reflect.StructField) string {
	return c[t.Name()+"."+f.Name]
}
