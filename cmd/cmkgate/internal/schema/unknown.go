package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/cmkgate/cmkgate/config/nearest"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// otherNames are fields of other tools for the same thing, by the name in which
// ACK has them beside.
//
//nolint:gochecknoglobals // data
var otherNames = map[string]string{
	"serversideencryptionconfiguration": "encryption", // PutBucketEncryption, CloudFormation, Terraform
	"bucketencryption":                  "encryption", // CloudFormation
	"bucketname":                        "name",       // CloudFormation
}

// laterFields are those that releases of ACK after the one in crds.txt add
// (s3-controller v1.10.0; sagemaker-controller v1.9.1 adds none).
//
//nolint:gochecknoglobals // data
var laterFields = map[catalog.Kind][]string{
	{Group: catalog.S3, Name: "Bucket"}: {
		"spec.abac", "spec.namespace", "spec.objectLockConfiguration", "spec.replication.roleRef",
	},
}

// unknown is about a field that the type of the object at hand does not have.
// What is nearly the name of another field, or is or holds a key, is enforced:
// the API server drops it, and AWS never gets to see the key. All else may be a
// field of a newer ACK, and is a warning.
func (c *checker) unknown(t *Type, object, member *tree.Node) {
	path := c.here(tree.Key(member.Key()))
	if c.patch && strings.HasPrefix(member.Key(), "$") || // a directive: $patch, $setElementOrder/…
		slices.Contains(laterFields[c.kind], path.Pattern().String()) {
		return
	}
	b := Violation{Finding: policies.Finding{
		Reason: UnknownField, Mode: policies.Enforce, Path: path,
		Problem: fmt.Sprintf("ACK's %s has no such field, so it is dropped.", c.kind.Name),
	}}
	secret := holdsKey(member)
	if secret {
		b.Problem = fmt.Sprintf("ACK's %s has no such field, so the key or encryption in it has no effect.", c.kind.Name)
	}
	name, typed := c.sibling(t, object, member)
	switch {
	case name != "" && !object.Get(name).Absent():
		b.Remedy = fmt.Sprintf("Remove it: %s is also set.", name)
	case name != "":
		b.Intended = c.here(tree.Key(name))
		b.Remedy = "Write " + name + " instead."
		b.Fix = rename(path, b.Intended, member, t.Fields[name])
		if typed && !secret && !slices.Contains(t.Required, name) {
			b.Mode = policies.Warn
		}
	case secret:
		b.Remedy = c.whereKeysBelong()
	default:
		b.Mode = policies.Warn
		b.Remedy = c.elsewhere(member.Key())
	}
	if c.kind.Name == "" || len(path) > 0 && path[0].Key == "metadata" {
		b.Problem = "Kubernetes has no such field in metadata, so it is dropped."
	}
	c.add(b)
}

// sibling is the field of the type that was most likely meant, "" if none is
// near. Typed means that it is a guess at a typing mistake.
func (c *checker) sibling(t *Type, object, member *tree.Node) (name string, typed bool) {
	if !c.hints() {
		for field := range t.Fields {
			if strings.EqualFold(field, member.Key()) {
				return field, false
			}
		}
		return "", false
	}
	word := folded(member.Key())
	if other := otherNames[word]; other != "" && t.Fields[other] != nil {
		return other, false
	}
	var near, keys []string
	for field := range t.Fields {
		f := folded(field)
		if f == word {
			return field, false
		}
		if namesKey(f) {
			keys = append(keys, field)
		}
		if object.Get(field).Absent() && isTypingMistake(word, f) {
			near = append(near, field)
		}
	}
	if len(keys) == 1 && namesKey(word) && member.Kind() == t.Fields[keys[0]].Kind {
		return keys[0], false
	}
	slices.Sort(near)
	return nearest.Of(member.Key(), near), true
}

// hints reports whether to look for the intended field, which is slow and
// useless for the hundredth field.
func (c *checker) hints() bool { return len(c.violations) < most }

// folded is a name for case-insensitive comparison: kmsKeyId, KmsKeyId and
// kms_key_id are the same.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// namesKey reports whether a field of this name, folded, is about a key or encryption.
func namesKey(word string) bool {
	for _, part := range []string{"kms", "encrypt", "cmk"} {
		if strings.Contains(word, part) {
			return !strings.Contains(word, "traffic") // enableInterContainerTrafficEncryption
		}
	}
	return false
}

// holdsKey reports whether a field, or one below it, is about a key.
func holdsKey(n *tree.Node) bool {
	if namesKey(folded(n.Key())) {
		return true
	}
	for i := range n.Len() {
		if holdsKey(n.At(i)) {
			return true
		}
	}
	return false
}

// rename is the edit that gives a scalar another name.
func rename(from, to tree.Path, n *tree.Node, t *Type) []policies.Edit {
	if t == nil || n.Kind() != t.Kind || t.Kind != tree.String {
		return nil
	}
	return []policies.Edit{{Path: to, Value: n.Text()}, {Path: from}}
}

// whereKeysBelong names the fields of the kind for keys.
func (c *checker) whereKeysBelong() string {
	var paths []string
	for _, f := range catalog.Fields() {
		if f.Kind == c.kind && f.ReplacedBy == "" {
			paths = append(paths, f.Path)
		}
	}
	const few = 4
	switch {
	case len(paths) == 0:
		return fmt.Sprintf("No field of %s sets a key; cmkgate catalog shows where its encryption comes from.", c.kind.Name)
	case len(paths) > few:
		return fmt.Sprintf("cmkgate catalog lists the key fields of %s.", c.kind.Name)
	}
	return "Keys are set in " + strings.Join(paths, " and ") + "."
}

func (c *checker) elsewhere(name string) string {
	if at := c.places(name); len(at) > 0 {
		return "The field belongs to " + strings.Join(at, " or ") + "."
	}
	if c.controller == "" {
		return "Remove it."
	}
	return fmt.Sprintf("Remove it, unless your release of ACK is newer than %s.", c.controller)
}

// places are the paths of the kind's fields with a name, none if there are many.
func (c *checker) places(name string) []string {
	const few = 3
	if !c.hints() {
		return nil
	}
	var out []string
	word := folded(name)
	var search func(t *Type, path string)
	search = func(t *Type, path string) {
		for t != nil && t.Kind == tree.List {
			t, path = t.Items, path+"[*]"
		}
		if t == nil {
			return
		}
		for field, of := range t.Fields {
			if folded(field) == word {
				out = append(out, path+"."+field)
			}
			search(of, path+"."+field)
		}
	}
	search(c.spec, "spec")
	if len(out) > few {
		return nil
	}
	slices.Sort(out)
	return out
}
