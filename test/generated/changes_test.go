package generated

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// change is a leaf that differs. A leaf that was absent was nil.
type change struct {
	path          tree.Path
	before, after any
}

// compare lists the leaves that a patch has set. It fails where anything was
// removed or replaced by a value of another kind, and where a list that had
// elements has another number of them.
func compare(before, after any, path tree.Path, set *[]change) error {
	switch b := before.(type) {
	case map[string]any:
		return compareFields(b, after, path, set)
	case []any:
		return compareElements(b, after, path, set)
	case nil:
		switch a := after.(type) {
		case map[string]any:
			if len(a) > 0 {
				return compareFields(nil, a, path, set)
			}
		case []any:
			if len(a) > 0 {
				return compareElements(nil, a, path, set)
			}
		}
	}
	if !reflect.DeepEqual(before, after) {
		*set = append(*set, change{path.Clone(), before, after})
	}
	return nil
}

func compareFields(before map[string]any, after any, path tree.Path, set *[]change) error {
	a, ok := after.(map[string]any)
	if !ok {
		return fmt.Errorf("%s was an object and is %v", path, after)
	}
	for name := range before {
		if _, ok := a[name]; !ok {
			return fmt.Errorf("%s is gone", path.Child(tree.Key(name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if err := compare(before[name], a[name], path.Child(tree.Key(name)), set); err != nil {
			return err
		}
	}
	return nil
}

func compareElements(before []any, after any, path tree.Path, set *[]change) error {
	a, ok := after.([]any)
	if !ok {
		return fmt.Errorf("%s was a list and is %v", path, after)
	}
	if len(before) > 0 && len(a) != len(before) {
		return fmt.Errorf("%s had %d elements and has %d", path, len(before), len(a))
	}
	for i := range a {
		var element any
		if i < len(before) {
			element = before[i]
		}
		if err := compare(element, a[i], path.Child(tree.Index(i)), set); err != nil {
			return err
		}
	}
	return nil
}

// settable says, by kind and path, what the webhook may set, and how many steps
// of the path must be there before: it makes no block that nobody asked for.
type settable map[catalog.Kind]map[string]int

func mayBeSet() settable {
	out := settable{}
	for _, f := range catalog.Fields() {
		if f.NoInjectReason != "" || f.ReplacedBy != "" {
			continue
		}
		if out[f.Kind] == nil {
			out[f.Kind] = map[string]int{}
		}
		out[f.Kind][f.Path] = under(&f)
	}
	// A rule of a Bucket's default encryption is set as a whole.
	bucket := out[catalog.Kind{Group: catalog.S3, Name: "Bucket"}]
	for _, path := range []string{bucketKeyEnabled, sseAlgorithm, kmsMasterKeyID} {
		bucket[path] = len(tree.MustPath("spec"))
	}
	return out
}

const (
	bucketKeyEnabled = "spec.encryption.rules[*].bucketKeyEnabled"
	sseAlgorithm     = "spec.encryption.rules[*].applyServerSideEncryptionByDefault.sseAlgorithm"
	kmsMasterKeyID   = "spec.encryption.rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyID"
)

// check reports whether the webhook may make a change of a new object, and set this value.
func (s settable) check(c change, before policies.Object, settings *policies.Settings) error {
	if err := s.place(c, before); err != nil {
		return err
	}
	var ok bool
	switch c.path.Pattern().String() {
	case bucketKeyEnabled:
		_, ok = c.after.(bool)
	case sseAlgorithm:
		ok = c.after == "aws:kms"
	default:
		ok = slices.ContainsFunc(settings.DefaultKeys, func(k policies.DefaultKey) bool { return c.after == k.Key.String() })
	}
	if !ok {
		return fmt.Errorf("%s is set to %v, which is no default of the organization", c.path, c.after)
	}
	return nil
}

// place reports whether the webhook may set a value at all where a change of an object is.
func (s settable) place(c change, before policies.Object) error {
	steps, ok := s[catalog.Kind{Group: before.Group, Name: before.Kind}][c.path.Pattern().String()]
	switch {
	case !ok:
		return fmt.Errorf("%s is set to %v and is none of the webhook's fields", c.path, c.after)
	case c.before != nil && c.before != "":
		return fmt.Errorf("%s was %v and is %v", c.path, c.before, c.after)
	case before.Root.Find(c.path[:steps]).Absent():
		return fmt.Errorf("%s is set, and there was no %s", c.path, c.path[:steps])
	}
	return nil
}
