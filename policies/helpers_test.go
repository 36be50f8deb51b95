package policies_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// The organization of the tests.
const (
	region   = "eu-west-1"
	account  = "111122223333"
	stranger = "999988887777"

	key      = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	usKey    = "arn:aws:kms:us-east-1:111122223333:key/mrk-22222222222222222222222222222222"
	fraudKey = "arn:aws:kms:eu-west-1:111122223333:key/33333333-3333-3333-3333-333333333333"
	otherKey = "arn:aws:kms:eu-west-1:111122223333:key/44444444-4444-4444-4444-444444444444"
)

type change = func(*policies.Settings)

func reference(s string) kms.Reference {
	r, err := kms.Parse(s)
	if err != nil {
		panic(err)
	}
	return r
}

// settings enforce every policy, with the default keys of the design.
func settings(changes ...change) policies.Settings {
	s := policies.Settings{
		Region: region, Account: account,
		DefaultKeys: []policies.DefaultKey{
			{Key: reference(key)},
			{Key: reference(usKey)},
			{Key: reference(fraudKey), Namespaces: []string{"fraud-*"}, Purposes: []catalog.Purpose{catalog.PurposeOutput, catalog.PurposeBucket}},
		},
		Trusted: policies.TrustedKeys{Accounts: []string{account}, Keys: []kms.Reference{
			reference(otherKey), reference("arn:aws:kms:us-east-1:111122223333:key/44444444-4444-4444-4444-444444444444"),
		}},
		LocalStorage: policies.Omit,
		Unverifiable: policies.Warn,
		Policies:     map[policies.ID]policies.PolicySettings{},
	}
	for _, p := range policies.All() {
		s.Policies[p.ID] = policies.PolicySettings{Mode: policies.Enforce, Inject: p.Injects}
	}
	for _, change := range changes {
		change(&s)
	}
	return s
}

// keysOnly switches off what is not about keys.
func keysOnly(s *policies.Settings) {
	for id := range s.Policies {
		if len(catalog.FieldsOf(id)) == 0 && id != "sagemaker-endpoint-key" {
			s.Policies[id] = policies.PolicySettings{Mode: policies.Off}
		}
	}
}

// usual is the evaluator that most tests want, made once: that takes long.
var usual = sync.OnceValues(func() (*policies.Evaluator, error) { return policies.New(policies.All(), settings()) })

func evaluator(tb testing.TB, changes ...change) *policies.Evaluator {
	tb.Helper()
	if len(changes) == 0 {
		e, err := usual()
		if err != nil {
			tb.Fatal(err)
		}
		return e
	}
	e, err := policies.New(policies.All(), settings(changes...))
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// manifest is an object and what stands beside it in the same YAML stream.
type manifest struct {
	object policies.Object
	value  map[string]any
	world  *world
}

// world is what the other documents of a stream tell.
type world struct {
	namespaces map[string]policies.Namespace
	objects    []policies.Object
	roles      policies.Roles
}

func (w *world) Roles() policies.Roles { return w.roles }

func (w *world) Namespace(name string) (policies.Namespace, bool) {
	ns, ok := w.namespaces[name]
	return ns, ok
}

func (w *world) Named(kind catalog.Kind, name string) []policies.Object {
	// As in catalog.Lookups, which would take a benchmark longer than the policies.
	field, in := map[string]string{
		"EndpointConfig": "endpointConfigName", "Bucket": "name", "Pipeline": "pipelineName", "Endpoint": "endpointName", "DataQualityJobDefinition": "jobDefinitionName",
	}[kind.Name], "spec"
	if kind.Name == "Domain" {
		field, in = "domainID", "status"
	}
	var out []policies.Object
	for _, o := range w.objects {
		if o.Group == kind.Group && o.Kind == kind.Name && o.Root.Get(in).Get(field).Str() == name {
			out = append(out, o)
		}
	}
	return out
}

// load reads a YAML stream: first the object that is evaluated, then its world.
func load(tb testing.TB, stream string) manifest {
	tb.Helper()
	m := manifest{world: &world{namespaces: map[string]policies.Namespace{}}}
	decoder := yaml.NewDecoder(strings.NewReader(stream))
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return m
		}
		if err != nil {
			tb.Fatalf("%v in\n%s", err, stream)
		}
		root, err := tree.FromYAML(&doc)
		if err != nil {
			tb.Fatalf("%v in\n%s", err, stream)
		}
		object := policies.NewObject(root)
		switch {
		case m.value == nil:
			m.object, m.value = object, decode(tb, &doc)
		case object.Kind == "Namespace":
			m.world.namespaces[object.Name] = namespace(tb, &doc)
		case object.Kind == "IAMRoleSelector":
			if s, ok := policies.NewRoleSelector(root); ok {
				m.world.roles.Selectors = append(m.world.roles.Selectors, s)
			}
		case object.Kind == "ConfigMap" && object.Name == policies.RoleAccountMap:
			m.world.roles.Accounts = data(tb, &doc)
		case object.Kind == "ConfigMap" && object.Name == policies.RoleTeamMap:
			m.world.roles.Teams = data(tb, &doc)
		default:
			if object.Root.Get("metadata").Get("annotations").Len() == 0 && object.Root.Get("status").Get("conditions") == nil {
				object.Standing = ack.Held
			}
			m.world.objects = append(m.world.objects, object)
		}
	}
}

// held is the manifest of an object that ACK manages.
func held(manifest string) string {
	var meta struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
	}
	if err := yaml.Unmarshal([]byte(strings.SplitN(manifest, "\nspec", 2)[0]), &meta); err != nil {
		panic(err) // the manifests of tests are well-formed
	}
	group, _, _ := strings.Cut(meta.APIVersion, "/")
	finalizer := ack.Finalizer(catalog.Kind{Group: group, Name: meta.Kind})
	return strings.Replace(manifest, "metadata: {", "metadata: {finalizers: ["+finalizer+"], ", 1)
}

func decode(tb testing.TB, doc *yaml.Node) map[string]any {
	tb.Helper()
	data, err := yaml.Marshal(doc)
	if err != nil {
		tb.Fatal(err)
	}
	var value map[string]any
	if err := sigsyaml.Unmarshal(data, &value); err != nil {
		tb.Fatal(err)
	}
	return value
}

func namespace(tb testing.TB, doc *yaml.Node) policies.Namespace {
	tb.Helper()
	var ns struct {
		Metadata policies.Namespace
	}
	if err := doc.Decode(&ns); err != nil {
		tb.Fatal(err)
	}
	return ns.Metadata
}

func data(tb testing.TB, doc *yaml.Node) map[string]string {
	tb.Helper()
	var configMap struct{ Data map[string]string }
	if err := doc.Decode(&configMap); err != nil {
		tb.Fatal(err)
	}
	return configMap.Data
}

func marshal(tb testing.TB, value any) string {
	tb.Helper()
	data, err := sigsyaml.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// findings are what a review of a stream finds, as created.
func (m manifest) findings(e *policies.Evaluator) []policies.Finding {
	return evaluate(e, m.object, nil, m.world)
}

// with is the same object after edits, in the same world.
func (m manifest) with(tb testing.TB, edits []policies.Edit, mayOverwrite bool) manifest {
	tb.Helper()
	value, err := apply(m.value, edits, mayOverwrite)
	if err != nil {
		tb.Fatalf("%v in\n%s", err, marshal(tb, m.value))
	}
	m.value = value
	m.object = policies.NewObject(tree.FromValue(value))
	return m
}

// apply makes edits in a copy of an object. It fails where an edit cannot be
// made, and where one would overwrite what must stay.
func apply(value map[string]any, edits []policies.Edit, mayOverwrite bool) (map[string]any, error) {
	for _, edit := range edits {
		to, err := edit.Value, error(nil)
		if edit.Within != nil {
			to, err = setWithin(value, edit, mayOverwrite)
		}
		var out any
		if err == nil {
			out, err = set(value, edit.Path, to, mayOverwrite || edit.Within != nil)
		}
		if err != nil {
			return nil, fmt.Errorf("setting %s %s: %w", edit.Path, edit.Within, err)
		}
		value = out.(map[string]any)
	}
	return value, nil
}

// setWithin is the JSON text at the path of an edit after the edit.
func setWithin(value map[string]any, edit policies.Edit, mayOverwrite bool) (string, error) {
	var root any
	text := tree.FromValue(value).Find(edit.Path).Str()
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return "", fmt.Errorf("%q: %w", text, err)
	}
	root, err := set(root, edit.Within, edit.Value, mayOverwrite)
	if err != nil {
		return "", err
	}
	after, err := json.Marshal(root)
	return string(after), err
}

func set(in any, path tree.Path, value any, mayOverwrite bool) (any, error) {
	if len(path) == 0 {
		if in != nil && in != "" && !mayOverwrite {
			return nil, fmt.Errorf("it would overwrite %v", in)
		}
		return value, nil
	}
	step := path[0]
	if !step.IsKey() {
		list, ok := in.([]any)
		if in != nil && !ok || step.Index < 0 || step.Index > len(list) {
			return nil, fmt.Errorf("there is no element %d in %v", step.Index, in)
		}
		list = append([]any{}, list...)
		if step.Index == len(list) {
			list = append(list, nil)
		}
		var err error
		list[step.Index], err = set(list[step.Index], path[1:], value, mayOverwrite)
		return list, err
	}
	fields, ok := in.(map[string]any)
	if in != nil && !ok {
		return nil, fmt.Errorf("there is no field %s in %v", step.Key, in)
	}
	out := map[string]any{}
	maps.Copy(out, fields)
	if len(path) == 1 && value == nil {
		delete(out, step.Key)
		return out, nil
	}
	var err error
	out[step.Key], err = set(out[step.Key], path[1:], value, mayOverwrite)
	return out, err
}

// report is what golden files hold: one line a finding, and its edits below it.
func report(findings []policies.Finding) string {
	var b bytes.Buffer
	for i := range findings {
		f := &findings[i]
		fmt.Fprintf(&b, "%s %s [%s]\n", f.Mode, f.Message(), f.Label())
		for _, edit := range f.Fix {
			verb := "fix"
			if f.Inject {
				verb = "inject"
			}
			place := edit.Path.String()
			if edit.Within != nil {
				place += "#" + edit.Within.Pointer()
			}
			if edit.Value == nil {
				fmt.Fprintf(&b, "  %s: remove %s\n", verb, place)
				continue
			}
			fmt.Fprintf(&b, "  %s: %s = %v\n", verb, place, edit.Value)
		}
	}
	return b.String()
}

// of are the findings of one policy.
func of(policy policies.ID, findings []policies.Finding) []policies.Finding {
	var out []policies.Finding
	for _, f := range findings {
		if f.Policy == policy {
			out = append(out, f)
		}
	}
	return out
}

// injectable are the findings that the webhook would fixed on its own.
func injectable(findings []policies.Finding) []policies.Finding {
	var out []policies.Finding
	for _, f := range findings {
		if f.Inject {
			out = append(out, f)
		}
	}
	return out
}

// evaluate is what a review finds: of a creation, or of an update if there is an old self.
func evaluate(e *policies.Evaluator, object policies.Object, old *tree.Node, world policies.World) []policies.Finding {
	return e.Review(review(object, old), world).Findings
}

// restorations are what the webhook puts back on an update.
func restorations(e *policies.Evaluator, object policies.Object, old *tree.Node, world policies.World) []policies.Edit {
	r := review(object, old)
	r.EditsOnly = true
	return e.Review(r, world).Edits
}

// complete is what the webhook sets on a creation, and whether the object is denied still.
func complete(e *policies.Evaluator, object policies.Object, world policies.World) (edits []policies.Edit, denied bool) {
	r := e.Review(policies.Review{Object: object, EditsOnly: true}, world)
	return r.Edits, r.Denied
}

func review(object policies.Object, old *tree.Node) policies.Review {
	r := policies.Review{Object: object, Old: old}
	if old != nil {
		r.Operation = policies.OperationUpdate
	}
	return r
}
