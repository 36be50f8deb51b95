package objects

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

// Schemas are the CRDs of the ACK modules. It is safe for concurrent use.
type Schemas struct {
	kinds  []catalog.Kind
	byKind map[catalog.Kind]*schema
}

// schema is what the CRD of one kind says, prepared for both of its uses.
type schema struct {
	root       *node
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator // nil if the CRD has none
}

// Load reads the CRDs that the ACK modules ship, in the versions that the main module requires.
func Load(ctx context.Context) (*Schemas, error) {
	folders, err := apiserver.CRDPaths(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding ACK's CRDs: %w", err)
	}
	s := &Schemas{byKind: map[catalog.Kind]*schema{}}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil {
			return nil, fmt.Errorf("reading ACK's CRDs: %w", err)
		}
		for _, file := range files {
			if err := s.add(file); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	slices.SortFunc(s.kinds, func(a, b catalog.Kind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
	})
	return s, nil
}

// add reads one CRD. Those that all ACK controllers share are of no group that cmkgate evaluates.
func (s *Schemas) add(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(data, &crd); err != nil {
		return fmt.Errorf("decoding: %w", err)
	}
	kind := catalog.Kind{Group: crd.Spec.Group, Name: crd.Spec.Names.Kind}
	if kind.Group != catalog.SageMaker && kind.Group != catalog.S3 {
		return nil
	}
	if n := len(crd.Spec.Versions); n != 1 {
		return fmt.Errorf("the CRD has %d versions, and cmkgate reads one", n)
	}
	compiled, err := compile(kind, crd.Spec.Versions[0].Schema.OpenAPIV3Schema)
	if err != nil {
		return err
	}
	s.kinds = append(s.kinds, kind)
	s.byKind[kind] = compiled
	return nil
}

func compile(kind catalog.Kind, v1 *apiextensionsv1.JSONSchemaProps) (*schema, error) {
	var props apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v1, &props, nil); err != nil {
		return nil, fmt.Errorf("converting the schema: %w", err)
	}
	structural, err := structuralschema.NewStructural(&props)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		return nil, fmt.Errorf("making a validator: %w", err)
	}
	return &schema{
		root:       newPlan(kind).node(nil, &props, true),
		structural: structural,
		validator:  validator,
		rules:      cel.NewValidator(structural, true, celconfig.PerCallLimit),
	}, nil
}

// Kinds lists the kinds, sorted by group and name.
func (s *Schemas) Kinds() []catalog.Kind { return slices.Clone(s.kinds) }

// Validate says what an API server would find wrong with a new object by its
// CRD: types and required fields first, and if they are right the CEL rules.
func (s *Schemas) Validate(ctx context.Context, kind catalog.Kind, object map[string]any) field.ErrorList {
	of, ok := s.byKind[kind]
	if !ok {
		return field.ErrorList{field.NotFound(field.NewPath("kind"), kind.Name)}
	}
	problems := validation.ValidateCustomResource(nil, object, of.validator)
	if len(problems) > 0 || of.rules == nil {
		return problems
	}
	problems, _ = of.rules.Validate(ctx, nil, of.structural, object, nil, celconfig.RuntimeCELCostBudget)
	return problems
}
