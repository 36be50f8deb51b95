package fix

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/check"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
	generate "github.com/cmkgate/cmkgate/test/generated/objects"
)

// newFixer makes a fixer with every policy enforced.
func newFixer(t testing.TB) *Fixer {
	t.Helper()
	var modes strings.Builder
	for _, p := range policies.All() {
		fmt.Fprintf(&modes, "  %s: {mode: Enforce}\n", p.ID)
	}
	cfg, err := config.Load("cmkgate.yaml", []byte("apiVersion: cmkgate.io/v1alpha1\nkind: Config\naws: {region: eu-west-1, accountID: '111122223333'}\n"+
		"defaultKeys:\n- arn: "+generate.Key+"\n- arn: "+generate.USKey+"\npolicies:\n"+modes.String()), policies.All())
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := policies.New(policies.All(), cfg.Settings)
	if err != nil {
		t.Fatal(err)
	}
	return &Fixer{Checker: &check.Checker{Evaluator: evaluator, Schemas: schema.New(), Schema: check.SchemaWarn}, Writes: true}
}

// style is a way to write objects into a file.
type style struct {
	name  string
	write writer
}

type writer func(testing.TB, []any) string

func then(write writer, change func(string) string) writer {
	return func(t testing.TB, list []any) string {
		t.Helper()
		return change(write(t, list))
	}
}

func asList(write writer) writer {
	return func(t testing.TB, list []any) string {
		t.Helper()
		return write(t, []any{map[string]any{"apiVersion": "v1", "kind": "List", "items": list}})
	}
}

func kubectl(v any) ([]byte, error) { return sigsyaml.Marshal(v) }

func styles() []style {
	return []style{
		{"as kubectl writes it", block(kubectl)},
		{"indented by four", block(indented)},
		{"with CRLF", then(block(indented), func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") })},
		{"without a final line break", then(block(kubectl), func(s string) string { return strings.TrimSuffix(s, "\n") })},
		{"with a byte order mark", then(block(kubectl), func(s string) string { return "\uFEFF" + s })},
		{"between brackets", block(styled(yaml.FlowStyle))},
		{"in double quotes", block(styled(yaml.DoubleQuotedStyle))},
		{"in single quotes", block(styled(yaml.SingleQuotedStyle))},
		{"with comments", then(block(indented), commented)},
		{"JSON with line breaks", block(func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "\t") })},
		{"JSON on one line", block(json.Marshal)},
		{"a List", asList(block(indented))},
		{"a List in JSON", asList(block(json.Marshal))},
	}
}

func block(marshal func(any) ([]byte, error)) writer {
	return func(t testing.TB, list []any) string {
		t.Helper()
		var docs []string
		for _, v := range list {
			data, err := marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			docs = append(docs, strings.TrimSuffix(string(data), "\n")+"\n")
		}
		return strings.Join(docs, "---\n")
	}
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(4)
	err := e.Encode(v)
	return b.Bytes(), err
}

func styled(style yaml.Style) func(any) ([]byte, error) {
	return func(v any) ([]byte, error) {
		var node yaml.Node
		if err := node.Encode(v); err != nil {
			return nil, err
		}
		var walk func(n *yaml.Node)
		walk = func(n *yaml.Node) {
			if (n.Kind != yaml.ScalarNode) == (style == yaml.FlowStyle) && (n.Kind != yaml.ScalarNode || n.ShortTag() == "!!str") {
				n.Style = style
			}
			for _, c := range n.Content {
				walk(c)
			}
		}
		walk(&node)
		return yaml.Marshal(&node)
	}
}

var simpleLine = regexp.MustCompile(`(?m)^( *)((?:- )*[A-Za-z]+: ?[A-Za-z0-9./-]*)$`)

func commented(s string) string {
	return simpleLine.ReplaceAllString(s, "$1# before\n$1$2 # behind {}")
}

// TestFixesOfGeneratedObjects holds of thousands of objects in every style:
// nothing that can be fixed is left, nothing but the fixes has happened, and
// there is nothing to do the second time.
func TestFixesOfGeneratedObjects(t *testing.T) {
	schemas, err := generate.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, ways, kinds := newFixer(t), styles(), schemas.Kinds()
	n := int64(6000)
	if testing.Short() {
		n /= 20
	}
	var next, fixes, refused atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for seed := next.Add(1); seed <= n && !t.Failed(); seed = next.Add(1) {
				g := generate.New(schemas, uint64(seed))
				way := ways[int(seed)%len(ways)]
				var list []any
				for i := range seed%3 + 1 {
					list = append(list, g.Object(kinds[int(seed*31+i*7)%len(kinds)]))
				}
				in := way.write(t, list)
				if strings.Contains(in, "<<:") {
					continue // a name that the writers forget to quote
				}
				made, left, err := holdFix(t, f, in, isMinimal)
				fixes.Add(int64(made))
				refused.Add(int64(left))
				if err != nil {
					t.Errorf("seed %d, %s: %v", seed, way.name, err)
				}
			}
		})
	}
	wait.Wait()
	t.Logf("%d fixes made, %d refused", fixes.Load(), refused.Load())
	if fixes.Load() < n*2/3 {
		t.Errorf("%d fixes in %d files are too few to prove anything", fixes.Load(), n)
	}
	if refused.Load() > fixes.Load()/50 {
		t.Errorf("%d fixes were refused", refused.Load())
	}
}

// TestFixesOfHostileObjects holds of objects that break the schema in any way:
// nothing panics, and nothing comes out that was not meant.
func TestFixesOfHostileObjects(t *testing.T) {
	schemas, err := generate.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, ways, kinds := newFixer(t), styles(), schemas.Kinds()
	made, number := 0, 1500
	if testing.Short() {
		number /= 5
	}
	for seed := range number {
		in := ways[seed%len(ways)].write(t, []any{generate.New(schemas, uint64(seed)).Hostile(kinds[seed%len(kinds)])})
		var splitter manifest.Splitter
		out := f.Piece("objects.yaml", 0, []byte(in), &splitter, check.NothingKnown())
		if len(out.Problems) > 0 || isTemplate(&out) {
			if !bytes.Equal(out.Before, out.After) && len(out.Fixes) == 0 || strings.Contains(fmt.Sprint(out.Problems), "defect") {
				t.Errorf("seed %d: %v in\n%s", seed, out.Problems, in)
			}
			continue
		}
		n, _, err := holdFix(t, f, in)
		if err != nil {
			t.Errorf("seed %d, %s: %v", seed, ways[seed%len(ways)].name, err)
		}
		made += n
	}
	if made < number/15 {
		t.Errorf("%d fixes are too few to prove anything", made)
	}
}

// isTemplate is about what only what it renders can be checked of.
func isTemplate(f *Piece) bool {
	return slices.ContainsFunc(f.Left, func(l Left) bool { return l.Reason == policies.Unverifiable && l.Kind == "" })
}

// TestOneRefusedFixLeavesTheOthers puts one object that cannot be fixed among
// many that can.
func TestOneRefusedFixLeavesTheOthers(t *testing.T) {
	const n = 300
	var in strings.Builder
	in.WriteString("apiVersion: v1\nkind: List\nitems:\n")
	for i := range n {
		at := ""
		if i == 77 {
			at = "&shared "
		}
		fmt.Fprintf(&in, "- apiVersion: sagemaker.services.k8s.aws/v1alpha1\n  kind: NotebookInstance\n  metadata: {name: n-%d}\n"+
			"  spec:\n    notebookInstanceName: n-%d\n    kmsKeyID: %salias/aws/s3\n    instanceType: ml.t3.medium\n    subnetID: subnet-1\n"+
			"    directInternetAccess: Disabled\n    securityGroupIDs: [sg-1]\n    roleARN: arn:aws:iam::111122223333:role/r\n", i, i, at)
	}
	in.WriteString("x: *shared\n")
	var splitter manifest.Splitter
	out := newFixer(t).Piece("list.yaml", 0, []byte(in.String()), &splitter, check.NothingKnown())
	if len(out.Fixes) != n-1 || len(out.Left) != 1 || out.Left[0].Name != "n-77" || out.Left[0].Why == nil || len(out.Problems) > 0 {
		t.Errorf("%d fixes, left: %+v, problems: %v", len(out.Fixes), out.Left, out.Problems)
	}
	if got := bytes.Count(out.After, []byte("alias/aws/s3")); got != 1 {
		t.Errorf("%d wrong keys are left", got)
	}
}

// TestFilesKeepWhatIsNotOurs goes through the bytes around documents.
func TestFilesKeepWhatIsNotOurs(t *testing.T) {
	const wrong, right = "alias/aws/s3", generate.Key
	notebook := func(name string) string {
		return `{"apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "NotebookInstance", "metadata": {"name": "` + name + `"}, "spec": {"notebookInstanceName": "x", "kmsKeyID": "alias/aws/s3",
			"instanceType": "ml.t3.medium", "subnetID": "subnet-1", "directInternetAccess": "Disabled", "securityGroupIDs": ["sg-1"], "roleARN": "arn:aws:iam::111122223333:role/r"}}`
	}
	for _, tt := range []struct {
		name, in string
		fixes    int
	}{
		{"nothing", "", 0},
		{"comments only", "# a\n---\n# b\n", 0},
		{"somebody else's documents", "# a\n--- # b\nkind: ConfigMap\ndata: {a: \"x\\u0041\"}\n...\n# c\n---\n" + notebook("a") + "\n...\n\n---\n--- |\n text\n", 1},
		{"JSON values one after the other", notebook("a") + "\n" + notebook("b") + notebook("c"), 3},
		{"a byte order mark and CRLF", "\uFEFF" + strings.ReplaceAll(notebook("a")+"\n---\n"+notebook("b"), "\n", "\r\n"), 2},
		{"directives", "%YAML 1.1\n---\n" + notebook("a") + "\n", 1},
		{"tabs in JSON", strings.ReplaceAll(notebook("a"), " ", "\t"), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var splitter manifest.Splitter
			f := newFixer(t)
			out := f.Piece("x.yaml", 0, []byte(tt.in), &splitter, check.NothingKnown())
			if len(out.Problems) > 0 || len(out.Fixes) != tt.fixes {
				t.Fatalf("%d fixes, problems: %v", len(out.Fixes), out.Problems)
			}
			if want := strings.ReplaceAll(tt.in, wrong, right); string(out.After) != want {
				t.Errorf("got\n%q\nwant\n%q", out.After, want)
			}
		})
	}
}

func holdFix(t testing.TB, f *Fixer, in string, also ...func(*Piece) error) (fixes, refused int, err error) {
	t.Helper()
	var splitter manifest.Splitter
	out := f.Piece("objects.yaml", 0, []byte(in), &splitter, check.NothingKnown())
	if len(out.Problems) > 0 {
		return 0, 0, fmt.Errorf("%v in\n%s", out.Problems, in)
	}
	want, got := decodeStream(t, in), decodeStream(t, string(out.After))
	for i := range out.Fixes {
		apply(t, want, got, &out.Fixes[i])
	}
	if !reflect.DeepEqual(got, want) {
		return 0, 0, fmt.Errorf("something else came of\n%s\nnamely\n%s", in, out.After)
	}
	for _, hold := range also {
		if err := hold(&out); err != nil {
			return 0, 0, err
		}
	}
	for _, l := range out.Left {
		if l.Why == nil && len(l.Fix) > 0 {
			return 0, 0, fmt.Errorf("left although it can be fixed: %+v in\n%s", l.Result, out.After)
		}
		if l.Why != nil {
			refused++
			t.Logf("refused: %v: %s %s", l.Why, l.Path, l.Message)
		}
	}
	again := f.Piece("objects.yaml", 0, out.After, &splitter, check.NothingKnown())
	if len(again.Fixes) > 0 || !bytes.Equal(again.After, out.After) {
		return 0, 0, fmt.Errorf("fixed once more:\n%s\nto\n%s", out.After, again.After)
	}
	return len(out.Fixes), refused, nil
}

// isMinimal holds that every line stays as it is but those of the old values, and
// the one before something new (JSON needs a comma there, brackets have one line).
func isMinimal(f *Piece) error {
	var added, removed int
	for line := range strings.Lines(string(edit.Diff("x", f.Before, f.Splices))) {
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		case line[0] == '+':
			added++
		case line[0] == '-':
			removed++
		}
	}
	edits, allowed := 0, 0
	for i := range f.Fixes {
		if strings.Contains(f.Fixes[i].Done, ", was of type") {
			return nil // an object of any length went
		}
		for _, e := range f.Fixes[i].Edits {
			edits++
			allowed += 1 + strings.Count(fmt.Sprint(e.Value), "\n")
		}
	}
	const deepest = 12 // lines of objects and lists around one new value, closing brackets included
	if removed > 2*allowed || added > removed+edits*deepest {
		return fmt.Errorf("%d lines became %d for %d edits:\n%s", removed, added, edits, edit.Diff("x", f.Before, f.Splices))
	}
	return nil
}

// decodeStream reads documents as kubectl does.
func decodeStream(t testing.TB, in string) []any {
	t.Helper()
	var out []any
	for _, doc := range regexp.MustCompile(`(?m)^---\r?$`).Split(in, -1) {
		var v any
		if err := sigsyaml.Unmarshal([]byte(strings.TrimPrefix(doc, "\uFEFF")), &v); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		out = append(out, v)
	}
	return out
}

// apply makes the edits of a fix in decoded documents, by other means than the
// fixer. JSON texts are compared by what they say, so those of got are written
// in the same way.
func apply(t testing.TB, want, got []any, f *Fix) {
	t.Helper()
	for _, edit := range f.Edits {
		path := f.At.Child(edit.Path...)
		if edit.Within == nil {
			want[f.Document] = setIn(want[f.Document], path, edit.Value)
			continue
		}
		inner := setIn(inside(t, want[f.Document], path), edit.Within, edit.Value)
		want[f.Document] = setIn(want[f.Document], path, textOf(inner))
		got[f.Document] = setIn(got[f.Document], path, textOf(inside(t, got[f.Document], path)))
	}
}

func inside(t testing.TB, document any, path tree.Path) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(tree.FromValue(document).Find(path).Str()), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// textOf stands for a JSON text, however it is written.
func textOf(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func setIn(in any, path tree.Path, value any) any {
	if len(path) == 0 {
		return value
	}
	step := path[0]
	if !step.IsKey() {
		list, _ := in.([]any)
		list = append([]any{}, list...)
		if step.Index == len(list) {
			list = append(list, nil)
		}
		list[step.Index] = setIn(list[step.Index], path[1:], value)
		return list
	}
	fields, _ := in.(map[string]any)
	fields = maps.Clone(fields)
	if fields == nil {
		fields = map[string]any{}
	}
	if len(path) == 1 && value == nil {
		delete(fields, step.Key)
		return fields
	}
	fields[step.Key] = setIn(fields[step.Key], path[1:], value)
	return fields
}
