package catalog

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	s3types "github.com/aws-controllers-k8s/s3-controller/apis/v1alpha1"
	sagemakertypes "github.com/aws-controllers-k8s/sagemaker-controller/apis/v1alpha1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// goTypes are the Go types of both modules by kind.
func goTypes(tb testing.TB) map[Kind]reflect.Type {
	tb.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{sagemakertypes.AddToScheme, s3types.AddToScheme} {
		if err := add(scheme); err != nil {
			tb.Fatal(err)
		}
	}
	out := map[Kind]reflect.Type{}
	for kind, t := range scheme.AllKnownTypes() {
		out[Kind{kind.Group, kind.Kind}] = t
	}
	return out
}

// goField follows a path by JSON tags, nil if the type has no such field.
func goField(t reflect.Type, path tree.Path) reflect.Type {
	for _, step := range path {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case step.IsAny() && t.Kind() == reflect.Slice:
			t = t.Elem()
		case step.IsKey() && t.Kind() == reflect.Struct:
			i := slices.IndexFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				return name == step.Key
			})
			if i < 0 {
				return nil
			}
			t = reflect.VisibleFields(t)[i].Type
		default:
			return nil
		}
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func TestEveryPathExistsInTheGoTypes(t *testing.T) {
	types := goTypes(t)
	kinds := map[string]reflect.Kind{"string": reflect.String, "boolean": reflect.Bool, "object": reflect.Struct}
	for _, f := range Fields() {
		for path, want := range f.typed() {
			switch got := goField(types[f.Kind], parsePath(t, path)); {
			case got == nil:
				t.Errorf("%s has no field %s", f.Kind.Name, path)
			case got.Kind() != kinds[want]:
				t.Errorf("%s %s is a %s, want a %s", f.Kind.Name, path, got, want)
			}
		}
	}
}

func TestConditionsCompareWithValuesThatAWSKnows(t *testing.T) {
	for _, f := range Fields() {
		switch {
		case f.OnlyIf == Condition{}, strings.HasSuffix(f.OnlyIf.Path, ".enableOnlineStore") && f.OnlyIf.Equals == "true":
		case strings.HasSuffix(f.OnlyIf.Path, ".notebookOutputOption") && f.OnlyIf.Equals == string(sagemakertypes.NotebookOutputOption_Allowed):
		default:
			t.Errorf("%s %s: is %s ever %q?", f.Kind.Name, f.Path, f.OnlyIf.Path, f.OnlyIf.Equals)
		}
	}
}

// ACK carries out a change of a key where its update request has the field;
// Bucket's encryption, replication and inventory are synced by hand.
func TestMutableIsWhatACKUpdates(t *testing.T) {
	resources := filepath.Join(moduleDir(t, sageMakerModule), "pkg", "resource")
	word := regexp.MustCompile("[A-Z][a-z]+")
	for _, f := range Fields() {
		if f.Kind.Group == S3 {
			if !f.Mutable {
				t.Errorf("%s %s can be changed", f.Kind.Name, f.Path)
			}
			continue
		}
		dir := strings.ToLower(strings.Join(word.FindAllString(f.Kind.Name, -1), "_"))
		source, err := os.ReadFile(filepath.Join(resources, dir, "sdk.go"))
		if err != nil {
			t.Fatal(err)
		}
		path := parsePath(t, f.Path)
		names := make([]string, 0, 2)
		for _, step := range path[len(path)-2:] {
			names = append(names, strings.ToLower(step.Key))
		}
		_, update, _ := strings.Cut(string(source), ") newUpdateRequestPayload(")
		update, _, _ = strings.Cut(update, "\n}\n")
		if sent := strings.Contains(strings.ToLower(update), strings.Join(names, ".")+" != nil"); sent != f.Mutable {
			t.Errorf("%s %s: mutable is %v, and ACK's update request has the field: %v", f.Kind.Name, f.Path, f.Mutable, sent)
		}
	}
}

// instanceTypes are the values of all constants of the SageMaker types that
// begin with ml.
func instanceTypes(tb testing.TB) []string {
	tb.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(moduleDir(tb, sageMakerModule), "apis", "v1alpha1", "enums.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		constant, ok := n.(*ast.ValueSpec)
		if !ok || len(constant.Values) != 1 {
			return true
		}
		if t, ok := constant.Type.(*ast.Ident); ok && strings.HasSuffix(t.Name, "AcceleratorType") {
			return false // Elastic Inference accelerators are no instances
		}
		if literal, ok := constant.Values[0].(*ast.BasicLit); ok && strings.HasPrefix(literal.Value, `"ml.`) {
			out = append(out, strings.Trim(literal.Value, `"`))
		}
		return false
	})
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) < 300 {
		tb.Fatalf("found only %d instance types", len(out))
	}
	return out
}

func TestEveryInstanceFamilyOfACKIsInTheTable(t *testing.T) {
	table := families()
	for _, instanceType := range instanceTypes(t) {
		family, size, ok := strings.Cut(strings.TrimPrefix(instanceType, "ml."), ".")
		if !ok || size == "" {
			t.Errorf("%s is not ml.FAMILY.SIZE", instanceType)
		}
		if _, ok := table[family]; !ok {
			t.Errorf("family %s of %s is not in the table: is its storage EBS, Local or (told as such) Unknown?", family, instanceType)
		}
	}
}
