package main

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

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
	generate "github.com/cmkgate/cmkgate/test/generated/objects"
)

// newFixer makes a fixer with every policy enforced.
func newFixer(t testing.TB) *fixer {
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
	return &fixer{checker: &checker{evaluator: evaluator, shapes: shapes{schema.New(), schemaWarn}}, writes: true}
}

func nothingKnown() learned { return learned{world: manifest.NewWorld()} }

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
		out := f.piece("objects.yaml", 0, []byte(in), &splitter, nothingKnown())
		if len(out.problems) > 0 || isTemplate(&out) {
			if !bytes.Equal(out.before, out.after) && len(out.fixes) == 0 || strings.Contains(fmt.Sprint(out.problems), "defect") {
				t.Errorf("seed %d: %v in\n%s", seed, out.problems, in)
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

// isTemplate tells of what only what it renders can be judged of.
func isTemplate(f *fixed) bool {
	return slices.ContainsFunc(f.left, func(l left) bool { return l.Reason == policies.Unverifiable && l.Kind == "" })
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
	out := newFixer(t).piece("list.yaml", 0, []byte(in.String()), &splitter, nothingKnown())
	if len(out.fixes) != n-1 || len(out.left) != 1 || out.left[0].Name != "n-77" || out.left[0].why == nil || len(out.problems) > 0 {
		t.Errorf("%d fixes, left: %+v, problems: %v", len(out.fixes), out.left, out.problems)
	}
	if got := bytes.Count(out.after, []byte("alias/aws/s3")); got != 1 {
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
			out := f.piece("x.yaml", 0, []byte(tt.in), &splitter, nothingKnown())
			if len(out.problems) > 0 || len(out.fixes) != tt.fixes {
				t.Fatalf("%d fixes, problems: %v", len(out.fixes), out.problems)
			}
			if want := strings.ReplaceAll(tt.in, wrong, right); string(out.after) != want {
				t.Errorf("got\n%q\nwant\n%q", out.after, want)
			}
		})
	}
}

func holdFix(t testing.TB, f *fixer, in string, also ...func(*fixed) error) (fixes, refused int, err error) {
	t.Helper()
	var splitter manifest.Splitter
	out := f.piece("objects.yaml", 0, []byte(in), &splitter, nothingKnown())
	if len(out.problems) > 0 {
		return 0, 0, fmt.Errorf("%v in\n%s", out.problems, in)
	}
	want, got := decodeStream(t, in), decodeStream(t, string(out.after))
	for i := range out.fixes {
		apply(t, want, got, &out.fixes[i])
	}
	if !reflect.DeepEqual(got, want) {
		return 0, 0, fmt.Errorf("something else came of\n%s\nnamely\n%s", in, out.after)
	}
	for _, hold := range also {
		if err := hold(&out); err != nil {
			return 0, 0, err
		}
	}
	for _, l := range out.left {
		if l.why == nil && len(l.Fix) > 0 {
			return 0, 0, fmt.Errorf("left although it can be fixed: %+v in\n%s", l.Result, out.after)
		}
		if l.why != nil {
			refused++
			t.Logf("refused: %v: %s %s", l.why, l.Path, l.Message)
		}
	}
	again := f.piece("objects.yaml", 0, out.after, &splitter, nothingKnown())
	if len(again.fixes) > 0 || !bytes.Equal(again.after, out.after) {
		return 0, 0, fmt.Errorf("fixed once more:\n%s\nto\n%s", out.after, again.after)
	}
	return len(out.fixes), refused, nil
}

// isMinimal holds that every line stays as it is but those of the old values, and
// the one before something new (JSON needs a comma there, brackets have one line).
func isMinimal(f *fixed) error {
	var added, removed int
	for line := range strings.Lines(string(edit.Diff("x", f.before, f.splices))) {
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		case line[0] == '+':
			added++
		case line[0] == '-':
			removed++
		}
	}
	edits, allowed := 0, 0
	for i := range f.fixes {
		if strings.Contains(f.fixes[i].done, ", was of type") {
			return nil // an object of any length went
		}
		for _, e := range f.fixes[i].edits {
			edits++
			allowed += 1 + strings.Count(fmt.Sprint(e.Value), "\n")
		}
	}
	const deepest = 12 // lines of objects and lists around one new value, closing brackets included
	if removed > 2*allowed || added > removed+edits*deepest {
		return fmt.Errorf("%d lines became %d for %d edits:\n%s", removed, added, edits, edit.Diff("x", f.before, f.splices))
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
func apply(t testing.TB, want, got []any, f *fix) {
	t.Helper()
	for _, edit := range f.edits {
		path := f.at.Child(edit.Path...)
		if edit.Within == nil {
			want[f.document] = setIn(want[f.document], path, edit.Value)
			continue
		}
		inner := setIn(inside(t, want[f.document], path), edit.Within, edit.Value)
		want[f.document] = setIn(want[f.document], path, textOf(inner))
		got[f.document] = setIn(got[f.document], path, textOf(inside(t, got[f.document], path)))
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
