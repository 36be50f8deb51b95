package objects

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	kubejson "k8s.io/apimachinery/pkg/util/json"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func load(t *testing.T) *Schemas {
	t.Helper()
	schemas, err := Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

func TestAllKindsOfBothControllersAreRead(t *testing.T) {
	groups := map[string]int{}
	for _, kind := range load(t).Kinds() {
		groups[kind.Group]++
	}
	if diff := cmp.Diff(map[string]int{catalog.SageMaker: 26, catalog.S3: 1}, groups); diff != "" {
		t.Error(diff)
	}
}

func TestTheSameSeedMakesTheSameObjects(t *testing.T) {
	schemas := load(t)
	different := 0
	for _, kind := range schemas.Kinds() {
		for seed := range uint64(20) {
			draw := func(seed uint64) []map[string]any {
				g := New(schemas, seed)
				object := g.Object(kind)
				changed, _ := g.Change(kind, object)
				return []map[string]any{object, changed, g.Hostile(kind)}
			}
			first, again := draw(seed), draw(seed)
			if !reflect.DeepEqual(first, again) { // cmp takes forever on deep nesting
				t.Fatalf("%s, seed %d makes %v and %v", kind.Name, seed, first, again)
			}
			if !reflect.DeepEqual(first, draw(seed+1)) {
				different++
			}
		}
	}
	if want := 27 * 20; different != want {
		t.Errorf("of %d seeds only %d make something else than the next", want, different)
	}
}

// But for nulls and empty specs, which are there on purpose, objects are what
// their CRD asks for.
func TestObjectsFollowTheirCRD(t *testing.T) {
	schemas := load(t)
	valid, all := 0, 0
	for _, kind := range schemas.Kinds() {
		for seed := range uint64(200) {
			object := roundTrip(t, New(schemas, seed).Object(kind))
			all++
			delete(object, "metadata") // the CRD says nothing about it
			if spec, ok := object["spec"].(map[string]any); ok && len(spec) == 0 || holdsNull(object) {
				continue
			}
			valid++
			if problems := schemas.Validate(t.Context(), kind, object); len(problems) > 0 {
				t.Fatalf("%s, seed %d: %v\n%v", kind.Name, seed, problems, object)
			}
		}
	}
	if valid < all*3/4 {
		t.Errorf("of %d objects only %d can be expected to be valid", all, valid)
	}
}

func TestValidateAsksWhatTheCRDAsks(t *testing.T) {
	schemas := load(t)
	for want, spec := range map[string]map[string]any{
		"spec.endpointConfigName: Required value":     {"endpointName": "churn"},
		`spec.endpointName: Invalid value: "integer"`: {"endpointName": int64(1), "endpointConfigName": "churn"},
		`spec.endpointName: Invalid value: "null"`:    {"endpointName": nil, "endpointConfigName": "churn"},
	} {
		problems := schemas.Validate(t.Context(), catalog.Kind{Group: catalog.SageMaker, Name: "Endpoint"}, map[string]any{"spec": spec})
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Error(), want) {
			t.Errorf("%v, want %s", problems, want)
		}
	}
}

// A path that is misspelled, or that chance never reaches, would prove nothing.
func TestEveryPlaceThatMattersIsWritten(t *testing.T) {
	schemas := load(t)
	const seeds = 3000
	for _, kind := range schemas.Kinds() {
		missing := map[string]tree.Path{}
		for place := range placesOf(kind) {
			missing[place] = tree.MustPath(place)
		}
		for seed := uint64(0); seed < seeds && len(missing) > 0; seed++ {
			root := tree.FromValue(New(schemas, seed).Object(kind))
			for place, path := range missing {
				path.Walk(root, len(path), func(_ tree.Path, value *tree.Node) {
					if !value.Missing() {
						delete(missing, place)
					}
				})
			}
		}
		for place := range missing {
			t.Errorf("%s %s was not written in %d objects", kind.Name, place, seeds)
		}
	}
}

func TestChangeChangesOnePlace(t *testing.T) {
	schemas := load(t)
	changes := 0
	for _, kind := range schemas.Kinds() {
		for seed := range uint64(50) {
			g := New(schemas, seed)
			object := g.Object(kind)
			before := roundTrip(t, object)
			changed, path := g.Change(kind, object)
			if diff := cmp.Diff(before, roundTrip(t, object)); diff != "" {
				t.Fatalf("%s, seed %d: the object itself has changed: %s", kind.Name, seed, diff)
			}
			if !cmp.Equal(before, roundTrip(t, changed)) {
				changes++
			}
			if restored := with(roundTrip(t, changed), path, tree.FromValue(object).Find(path), object); !tree.Equal(tree.FromValue(before), restored) {
				t.Fatalf("%s, seed %d: more than %s has changed: %v, was %v", kind.Name, seed, path, changed, before)
			}
		}
	}
	if changes < 27*50/2 {
		t.Errorf("only %d changes", changes)
	}
}

// with is the object with the value that another has at a path, or without it.
func with(object map[string]any, path tree.Path, was *tree.Node, source any) *tree.Node {
	from := source
	var into any = object
	for _, step := range path[:len(path)-1] {
		from, into = member(from, step), member(into, step)
	}
	last := path[len(path)-1]
	switch fields := into.(type) {
	case map[string]any:
		fields[last.Key] = member(from, last)
		if was == nil {
			delete(fields, last.Key)
		}
	case []any:
		fields[last.Index] = member(from, last)
	}
	return tree.FromValue(object)
}

func member(in any, step tree.Step) any {
	switch in := in.(type) {
	case map[string]any:
		return in[step.Key]
	case []any:
		return in[step.Index]
	}
	return nil
}

func TestMostHostileObjectsBreakTheirCRD(t *testing.T) {
	schemas := load(t)
	broken, all := 0, 0
	for _, kind := range schemas.Kinds() {
		for seed := range uint64(100) {
			object := roundTrip(t, New(schemas, seed).Hostile(kind))
			all++
			if len(schemas.Validate(t.Context(), kind, object)) > 0 {
				broken++
			}
		}
	}
	if broken < all/2 {
		t.Errorf("of %d objects %d break their schema", all, broken)
	}
}

func roundTrip(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := kubejson.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func holdsNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, e := range v {
			if holdsNull(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, holdsNull)
	}
	return false
}
