package catalog

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// sdk is the Go SDK of SageMaker in the version that the ACK module needs: its
// request types are the shape of a step's arguments.
type sdk map[string]*ast.StructType

func loadSDK(tb testing.TB) sdk {
	tb.Helper()
	const module = "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	version, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", module).Output()
	if err != nil {
		tb.Fatalf("go list %s: %v", module, err)
	}
	out, err := exec.Command("go", "mod", "download", "-json", module+"@"+strings.TrimSpace(string(version))).Output()
	if err != nil {
		tb.Fatalf("go mod download %s: %v\n%s", module, err, out)
	}
	var downloaded struct {
		Dir string `json:"Dir"`
	}
	if err := json.Unmarshal(out, &downloaded); err != nil {
		tb.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(downloaded.Dir, "api_op_Create*.go"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("%d requests, %v", len(files), err)
	}
	s := sdk{}
	for _, file := range append(files, filepath.Join(downloaded.Dir, "types", "types.go")) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			tb.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if t, ok := spec.Type.(*ast.StructType); ok {
					s[spec.Name.Name] = t
				}
			}
			return true
		})
	}
	return s
}

// field is the type of a struct's field, nil if there is none.
func (s sdk) field(t *ast.StructType, name string) ast.Expr {
	if t == nil {
		return nil
	}
	for _, f := range t.Fields.List {
		for _, n := range f.Names {
			if n.Name == name {
				return f.Type
			}
		}
	}
	return nil
}

// structOf is the struct behind a pointer, a list or a name, nil for others.
func (s sdk) structOf(t ast.Expr) *ast.StructType {
	switch t := t.(type) {
	case *ast.StarExpr:
		return s.structOf(t.X)
	case *ast.ArrayType:
		return s.structOf(t.Elt)
	case *ast.SelectorExpr:
		return s[t.Sel.Name]
	case *ast.Ident:
		return s[t.Name]
	}
	return nil
}

// has reports whether a request has a field, lists where the path has wildcards.
func (s sdk) has(request, path string) bool {
	t := s[request+"Input"]
	var current ast.Expr
	steps := tree.MustPath(path)[1:] // Arguments is the request itself
	for i, step := range steps {
		if _, list := current.(*ast.ArrayType); list != step.IsAny() {
			return false
		}
		if step.IsAny() {
			current = current.(*ast.ArrayType).Elt
			continue
		}
		if i > 0 {
			t = s.structOf(current)
		}
		if current = s.field(t, step.Key); current == nil {
			return false
		}
	}
	return true
}

// keys are the paths of a request that end in a KMS key.
func (s sdk) keys(t *ast.StructType, path string, open []*ast.StructType) []string {
	if t == nil || slices.Contains(open, t) {
		return nil
	}
	var out []string
	for _, f := range t.Fields.List {
		for _, n := range f.Names {
			at := path + "." + n.Name
			if strings.HasSuffix(n.Name, "KmsKeyId") {
				out = append(out, at)
			}
			if _, ok := f.Type.(*ast.ArrayType); ok {
				at += "[*]"
			}
			out = append(out, s.keys(s.structOf(f.Type), at, append(open, t))...)
		}
	}
	return out
}

func TestEveryPathOfAStepIsInTheRequestOfItsCall(t *testing.T) {
	s := loadSDK(t)
	for _, step := range StepTypes() {
		for _, f := range step.Fields {
			for _, path := range f.Reads() {
				if !s.has(step.Request, path) {
					t.Errorf("%s: %s has no field %s", step.Name, step.Request, path)
				}
			}
		}
	}
	if s.has("CreateTrainingJob", "Arguments.OutputDataConfig.KmsKeyID") || s.has("CreateTrainingJob", "Arguments.InputDataConfig.ChannelName") {
		t.Error("the test finds what is not there")
	}
}

func TestEveryKeyOfAStepsRequestHasARow(t *testing.T) {
	s := loadSDK(t)
	for _, step := range StepTypes() {
		keys := s.keys(s[step.Request+"Input"], "Arguments", nil)
		if len(keys) != len(step.Fields) {
			t.Errorf("%s: %d rows for %d keys", step.Name, len(step.Fields), len(keys))
		}
		for _, key := range keys {
			if !slices.ContainsFunc(step.Fields, func(f Field) bool { return f.Path == key }) {
				t.Errorf("%s: %s of %s has no row", step.Name, key, step.Request)
			}
		}
	}
}

func TestStepRowsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, step := range StepTypes() {
		if seen[step.Name] || len(step.Fields) == 0 {
			t.Errorf("%s is listed twice, or has no rows", step.Name)
		}
		seen[step.Name] = true
		for _, f := range step.Fields {
			if f.Policy != pipelinePolicy || !f.Mutable || f.Accepts == 0 || f.Purpose == "" || f.Protects == "" || f.Consequence == "" || f.NoInjectReason != "" {
				t.Errorf("%s: %+v", step.Name, f)
			}
			if f.Purpose == PurposeVolume && step.Name != "AutoML" && len(f.InstanceTypes) == 0 {
				t.Errorf("%s: %s is governed by no instance type", step.Name, f.Path)
			}
		}
	}
}
