package catalog

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies/tree"
)

const (
	sageMakerModule = "github.com/aws-controllers-k8s/sagemaker-controller"
	s3Module        = "github.com/aws-controllers-k8s/s3-controller"
)

// moduleDir is the folder of a module that the tests import.
func moduleDir(tb testing.TB, path string) string {
	tb.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		tb.Fatalf("go list %s: %v", path, err)
	}
	return strings.TrimSpace(string(out))
}

// schema is what the tests read of a CRD's OpenAPI schema.
type schema struct {
	Type                 string
	Properties           map[string]*schema
	Items                *schema
	Required             []string
	AdditionalProperties *schema
}

// at follows a path, nil if the schema has no such field.
func (s *schema) at(path tree.Path) *schema {
	for _, step := range path {
		switch {
		case s == nil:
			return nil
		case step.IsAny() && s.Type == "array":
			s = s.Items
		case step.IsKey() && s.Type == "object":
			s = s.Properties[step.Key]
		default:
			return nil
		}
	}
	return s
}

// leaves visits every scalar below a schema.
func (s *schema) leaves(path tree.Path, visit func(tree.Path, *schema)) {
	switch s.Type {
	case "object":
		for name, property := range s.Properties {
			property.leaves(path.Child(tree.Key(name)), visit)
		}
	case "array":
		s.Items.leaves(path.Child(tree.Any()), visit)
	default:
		visit(path, s)
	}
}

type crd struct {
	Spec struct {
		Group    string
		Names    struct{ Kind, Plural string }
		Versions []struct {
			Schema struct{ OpenAPIV3Schema *schema }
		}
	}
}

// schemas are the CRDs of both modules.
func schemas(tb testing.TB) map[Kind]*schema {
	tb.Helper()
	out := map[Kind]*schema{}
	for _, module := range []string{sageMakerModule, s3Module} {
		files, err := filepath.Glob(filepath.Join(moduleDir(tb, module), "config", "crd", "bases", "*.yaml"))
		if err != nil {
			tb.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			var c crd
			if err := yaml.Unmarshal(data, &c); err != nil {
				tb.Fatalf("%s: %v", file, err)
			}
			if len(c.Spec.Versions) != 1 {
				tb.Fatalf("%s has %d versions, and cmkgate reads one", file, len(c.Spec.Versions))
			}
			if kind := (Kind{c.Spec.Group, c.Spec.Names.Kind}); kind.Resource() != c.Spec.Names.Plural {
				tb.Errorf("the plural of %s is %s, not %s", kind.Name, c.Spec.Names.Plural, kind.Resource())
			}
			out[Kind{c.Spec.Group, c.Spec.Names.Kind}] = c.Spec.Versions[0].Schema.OpenAPIV3Schema
		}
	}
	if len(out) != 27 {
		tb.Fatalf("the modules ship %d CRDs, want 26 of SageMaker and 1 of S3", len(out))
	}
	return out
}

func parsePath(tb testing.TB, s string) tree.Path {
	tb.Helper()
	p, err := tree.ParsePath(s)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// typed are the paths of a row with the types that the CRD must give them.
func (f Field) typed() map[string]string {
	out := map[string]string{f.Path: "string"}
	if f.Under != "" {
		out[f.Under] = "object"
	}
	if f.OnlyIf.Path != "" {
		out[f.OnlyIf.Path] = "string"
		if f.OnlyIf.Equals == "true" {
			out[f.OnlyIf.Path] = "boolean"
		}
	}
	if f.ReplacedBy != "" {
		out[f.ReplacedBy] = "string"
	}
	for _, t := range f.InstanceTypes {
		out[t.Path] = "string"
		if t.Unless != "" {
			out[t.Unless] = "object"
		}
	}
	for _, o := range f.Outputs {
		out[o] = "string"
	}
	return out
}

func TestEveryPathExistsInTheCRDs(t *testing.T) {
	crds := schemas(t)
	for _, f := range Fields() {
		root, ok := crds[f.Kind]
		if !ok {
			t.Errorf("no CRD for %s", f.Kind.Name)
			continue
		}
		for path, want := range f.typed() {
			switch s := root.at(parsePath(t, path)); {
			case s == nil:
				t.Errorf("%s has no field %s", f.Kind.Name, path)
			case s.Type != want:
				t.Errorf("%s %s is a %s, want a %s", f.Kind.Name, path, s.Type, want)
			}
		}
	}
}

// What looks like a key and is none.
func isNoKey(path string) bool {
	return path == "spec.replication.rules[*].sourceSelectionCriteria.sseKMSEncryptedObjects.status" // switches replication on
}

func TestEveryKMSFieldOfTheCRDsIsARow(t *testing.T) {
	rows := map[Kind][]string{}
	for _, f := range Fields() {
		if slices.Contains(rows[f.Kind], f.Path) {
			t.Errorf("%s %s is listed twice", f.Kind.Name, f.Path)
		}
		rows[f.Kind] = append(rows[f.Kind], f.Path)
	}
	leaves, kinds := map[string]int{}, map[string]map[Kind]bool{SageMaker: {}, S3: {}}
	for kind, root := range schemas(t) {
		spec := parsePath(t, "spec")
		root.at(spec).leaves(spec, func(path tree.Path, _ *schema) {
			text := path.String()
			if !strings.Contains(strings.ToLower(text), "kms") || isNoKey(text) {
				return
			}
			leaves[kind.Group]++
			kinds[kind.Group][kind] = true
			if !slices.Contains(rows[kind], text) {
				t.Errorf("%s %s looks like a KMS key and is no row of the catalog", kind.Name, text)
			}
		})
	}
	if leaves[SageMaker] != 37 || len(kinds[SageMaker]) != 16 || leaves[S3] != 3 {
		t.Errorf("the CRDs have %d SageMaker leaves in %d kinds and %d of S3; want 37, 16 and 3", leaves[SageMaker], len(kinds[SageMaker]), leaves[S3])
	}
	if got := len(Fields()); got != 40 {
		t.Errorf("the catalog has %d rows, want 40", got)
	}
}

// As ACK names references in the CRDs that have them (dynamodb v1.9.2, athena
// v1.5.1, backup v1.0.2, documentdb v1.4.0).
func TestTheNameOfAReference(t *testing.T) {
	for path, want := range map[string]string{
		"spec.sseSpecification.kmsMasterKeyID": "spec.sseSpecification.kmsMasterKeyRef",
		"spec.encryptionKeyARN":                "spec.encryptionKeyRef",
		"spec.encryptionConfiguration.kmsKey":  "spec.encryptionConfiguration.kmsKeyRef",
		"spec.masterUserSecretKMSKeyID":        "spec.masterUserSecretKMSKeyRef",
		"Arguments.OutputDataConfig.KmsKeyId":  "", // the step of a pipeline
	} {
		if got := (Field{Path: path}).Reference(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// A reference that ACK adds needs a look at how it treats the key beside it.
func TestNoCRDHasReferencesYet(t *testing.T) {
	for kind, root := range schemas(t) {
		spec := parsePath(t, "spec")
		root.at(spec).leaves(spec, func(path tree.Path, _ *schema) {
			for _, step := range path {
				if step.IsKey() && (strings.HasSuffix(step.Key, "Ref") || strings.HasSuffix(step.Key, "Refs")) {
					t.Errorf("%s %s is new: see that it is Reference() of a row where it stands beside a key, and try it with ACK", kind.Name, path)
				}
			}
		})
	}
}

func TestEveryKindHasRowsOrIsKeyless(t *testing.T) {
	crds := schemas(t)
	keyed := map[Kind]bool{}
	for _, f := range Fields() {
		keyed[f.Kind] = true
	}
	keyless := map[Kind]bool{}
	for _, k := range Keyless() {
		if keyed[k.Kind] || keyless[k.Kind] {
			t.Errorf("%s is listed twice, or has a key after all", k.Kind.Name)
		}
		if crds[k.Kind] == nil {
			t.Errorf("there is no CRD of the keyless kind %s", k.Kind.Name)
		}
		if k.Encryption == "" {
			t.Errorf("where does the encryption of %s come from?", k.Kind.Name)
		}
		keyless[k.Kind] = true
	}
	for kind := range crds {
		if !keyed[kind] && !keyless[kind] {
			t.Errorf("%s has neither a row nor a place among the keyless kinds", kind.Name)
		}
	}
}

// A parent that the CRD requires is there, or the API server refuses the
// object for a better reason. One that has required fields of its own would
// make a valid object invalid.
func TestOnlyParentsThatMayBeCreatedAreCreated(t *testing.T) {
	crds := schemas(t)
	for _, f := range Fields() {
		path := parsePath(t, f.Path)
		under := len(path) - 1
		if f.Under != "" {
			under = len(parsePath(t, f.Under))
			if !strings.HasPrefix(f.Path, f.Under+".") {
				t.Errorf("%s: %s is not under %s", f.Kind.Name, f.Path, f.Under)
			}
		}
		if under < 1 {
			t.Errorf("%s %s: a missing spec would be created", f.Kind.Name, f.Path)
		}
		for i := under; i < len(path)-1; i++ {
			created, step := path[:i+1], path[i+1]
			if !path[i].IsKey() || !step.IsKey() {
				t.Errorf("%s %s: creating %s would create a list element", f.Kind.Name, f.Path, created)
				continue
			}
			if slices.Contains(crds[f.Kind].at(path[:i]).Required, path[i].Key) {
				t.Errorf("%s: the CRD requires %s, so its absence is not cmkgate's to mend", f.Kind.Name, created)
			}
			for _, required := range crds[f.Kind].at(created).Required {
				if required != step.Key {
					t.Errorf("%s: creating %s would make an object that lacks %s.%s", f.Kind.Name, created, created, required)
				}
			}
		}
	}
}

// cmkgate writes a whole rule where a Bucket has no default encryption.
func TestABucketsEncryptionMayBeCreated(t *testing.T) {
	bucket := schemas(t)[Kind{S3, "Bucket"}]
	writes := map[string][]string{
		"spec.encryption":          {"rules"},
		"spec.encryption.rules[*]": {"bucketKeyEnabled", "applyServerSideEncryptionByDefault"},
		"spec.encryption.rules[*].applyServerSideEncryptionByDefault": {"sseAlgorithm", "kmsMasterKeyID"},
	}
	if slices.Contains(bucket.at(parsePath(t, "spec")).Required, "encryption") {
		t.Error("the CRD requires spec.encryption")
	}
	for path, fields := range writes {
		s := bucket.at(parsePath(t, path))
		for _, field := range fields {
			if s.Properties[field] == nil {
				t.Errorf("%s has no field %s", path, field)
			}
		}
		for _, required := range s.Required {
			if !slices.Contains(fields, required) {
				t.Errorf("%s requires %s, which cmkgate does not write", path, required)
			}
		}
	}
}

func TestLateInitializedFieldsAreInTheCRD(t *testing.T) {
	crds := schemas(t)
	types := map[string]string{"string": "string", "bool": "boolean"}
	for _, l := range LateInitializedFields() {
		s := crds[l.Kind].at(parsePath(t, l.Path))
		if s == nil || l.Value != nil && s.Type != types[fmt.Sprintf("%T", l.Value)] {
			t.Errorf("%s %s: the CRD has no such field, or of another type", l.Kind.Name, l.Path)
		}
	}
}
