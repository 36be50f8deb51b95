package policies_test

import (
	"math/rand/v2"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// row is a field of the catalog and objects made for it.
type row struct {
	catalog.Field
	tb testing.TB
}

func rows(tb testing.TB) []row {
	tb.Helper()
	fields := catalog.Fields()
	out := make([]row, len(fields))
	for i, f := range fields {
		out[i] = row{f, tb}
	}
	return out
}

func (r row) name() string { return r.Kind.Name + " " + r.Path }

func (r row) path(s string) tree.Path {
	r.tb.Helper()
	p, err := tree.ParsePath(s)
	if err != nil {
		r.tb.Fatal(err)
	}
	return p
}

// expand replaces each wildcard of a pattern by the indices below n.
func expand(pattern tree.Path, n int) []tree.Path {
	for i, step := range pattern {
		if !step.IsAny() {
			continue
		}
		var out []tree.Path
		for j := range n {
			one := pattern.Clone()
			one[i] = tree.Index(j)
			out = append(out, expand(one, n)...)
		}
		return out
	}
	return []tree.Path{pattern}
}

// object makes an object in which the field applies, with n elements in each
// list and value in each place. It returns the places too. A value of absent
// is not written.
func (r row) object(rng *rand.Rand, n int, value any) (map[string]any, []tree.Path) {
	r.tb.Helper()
	out := map[string]any{
		"apiVersion": r.Kind.Group + "/v1alpha1",
		"kind":       r.Kind.Name,
		"metadata":   map[string]any{"name": "generated", "namespace": "science"},
		"spec":       map[string]any{"name": "generated"},
	}
	put := func(path tree.Path, v any) {
		changed, err := set(out, path, v, true)
		if err != nil {
			r.tb.Fatalf("%s: %v", r.name(), err)
		}
		out = changed.(map[string]any)
	}
	if r.Policy == "s3-bucket-key" && !r.OtherRegion {
		n = 1 // S3 takes one rule, and more are a finding of their own
	}
	places := expand(r.path(r.Path), n)
	for _, place := range places {
		if under := r.path(r.Under).Bind(place); len(under) > 0 {
			put(under.Child(tree.Key("beside")), "x")
		} else {
			put(place[:len(place)-1].Child(tree.Key("beside")), "x")
		}
		if r.OnlyIf.Path != "" {
			var wanted any = r.OnlyIf.Equals
			if wanted == "true" {
				wanted = true
			}
			put(r.path(r.OnlyIf.Path).Bind(place), wanted)
		}
		if len(r.InstanceTypes) > 0 {
			t := r.InstanceTypes[rng.IntN(len(r.InstanceTypes))]
			for _, at := range expand(r.path(t.Path).Bind(place), n) {
				put(at, []string{"ml.m5.xlarge", "ml.c5.2xlarge", "ml.p3.16xlarge"}[rng.IntN(3)])
			}
		}
		for _, o := range r.Outputs {
			for _, at := range expand(r.path(o).Bind(place), n) {
				put(at, "s3://bucket/prefix")
			}
		}
		if r.Policy == "s3-bucket-key" && !r.OtherRegion {
			put(place[:len(place)-1].Child(tree.Key("sseAlgorithm")), "aws:kms")
		}
		if value != (absent{}) {
			put(place, value)
		}
	}
	return out, places
}

type absent struct{}

func manifestOf(value map[string]any) manifest {
	return manifest{object: policies.NewObject(tree.FromValue(value)), value: value, world: &world{}}
}

// at are the findings of a policy about one place.
func at(findings []policies.Finding, place tree.Path) []policies.Finding {
	var out []policies.Finding
	for _, f := range findings {
		if f.Path.String() == place.String() {
			out = append(out, f)
		}
	}
	return out
}
