package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/config/nearest"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// decode fills a struct of package v1alpha1 from a tree and reports what does
// not fit: unknown and repeated fields, values of the wrong type, and values
// that a type with Values does not list. Null is the same as absent. A value
// that does not fit is left as it was, and lists keep their length, so that
// paths into the struct are paths into the file.
//
// encoding/json would be shorter, but stops at the first problem and knows
// neither lines nor the nearest valid name.
func decode(root *tree.Node, into any, r *report) {
	d := &decoder{r}
	d.value(root, nil, reflect.ValueOf(into).Elem())
}

type decoder struct{ *report }

func (d *decoder) value(n *tree.Node, path tree.Path, into reflect.Value) {
	if n.Absent() {
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		d.structure(n, path, into)
	case reflect.Map:
		d.mapping(n, path, into)
	case reflect.Slice:
		d.list(n, path, into)
	case reflect.Pointer:
		target := reflect.New(into.Type().Elem())
		d.value(n, path, target.Elem())
		into.Set(target)
	case reflect.Bool:
		if d.want(n, path, tree.Bool, "true or false", "") {
			into.SetBool(n.True())
		}
	default:
		d.text(n, path, into)
	}
}

// want reports a value of another kind.
func (d *decoder) want(n *tree.Node, path tree.Path, kind tree.Kind, name, remedy string) bool {
	if n.Kind() == kind {
		return true
	}
	d.cannotRead(n, path, fmt.Sprintf("want %s, found %s.", name, d.doc.describe(n)), remedy)
	return false
}

func (d *decoder) structure(n *tree.Node, path tree.Path, into reflect.Value) {
	names := fieldNames(into.Type())
	if !d.want(n, path, tree.Map, "an object", "Its fields are "+strings.Join(names, ", ")+".") {
		return
	}
	d.eachField(n, path, func(child *tree.Node, at tree.Path) {
		i := slices.Index(names, child.Key())
		if i < 0 {
			d.atNameOf(child, at, "is not a field here.", suggest(child.Key(), names))
			return
		}
		d.value(child, at, into.Field(i))
	})
}

func (d *decoder) mapping(n *tree.Node, path tree.Path, into reflect.Value) {
	if !d.want(n, path, tree.Map, "an object", "") {
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	d.eachField(n, path, func(child *tree.Node, at tree.Path) {
		value := reflect.New(into.Type().Elem()).Elem()
		d.value(child, at, value)
		into.SetMapIndex(reflect.ValueOf(child.Key()).Convert(into.Type().Key()), value)
	})
}

// eachField visits the fields of an object and reports those that stand twice.
func (d *decoder) eachField(n *tree.Node, path tree.Path, visit func(*tree.Node, tree.Path)) {
	lines := make(map[string]int, n.Len())
	for i := range n.Len() {
		child := n.At(i)
		at := path.Child(tree.Key(child.Key()))
		if line, twice := lines[child.Key()]; twice {
			d.atNameOf(child, at, fmt.Sprintf("is set twice, first on line %d.", line), "Keep one.")
			continue
		}
		lines[child.Key()] = d.doc.nameOf(child).line
		visit(child, at)
	}
}

func (d *decoder) list(n *tree.Node, path tree.Path, into reflect.Value) {
	remedy := "Put it in a list: begin the line with a hyphen."
	if n.Kind() == tree.String {
		remedy = fmt.Sprintf("Write [%s].", quote(n.Text()))
	}
	if !d.want(n, path, tree.List, "a list", remedy) {
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), n.Len(), n.Len()))
	for i := range n.Len() {
		if n.At(i).Absent() {
			d.cannotRead(n.At(i), element(path, i), "is empty.", "Write a value or remove the line.")
			continue
		}
		d.value(n.At(i), element(path, i), into.Index(i))
	}
}

// text decodes a string. A number is not taken for one: YAML would drop leading
// zeros of an account number.
func (d *decoder) text(n *tree.Node, path tree.Path, into reflect.Value) {
	if one, ok := reflect.TypeAssert[interface{ Values() []string }](into); ok {
		d.choice(n, path, into, one.Values())
		return
	}
	remedy := ""
	if n.Kind() == tree.Number || n.Kind() == tree.Bool {
		remedy = fmt.Sprintf("Put it in quotes: %s.", quote(d.doc.written[d.doc.valueOf(n)]))
	}
	if d.want(n, path, tree.String, "a string", remedy) {
		into.SetString(n.Text())
	}
}

// choice decodes a string that must be one of a few values. Off without quotes
// is the boolean false to the YAML 1.1 of Helm and kubectl, so where Off is a
// value, false stands for it.
func (d *decoder) choice(n *tree.Node, path tree.Path, into reflect.Value, values []string) {
	text := n.Str()
	if n.Kind() == tree.Bool && !n.True() && slices.Contains(values, "Off") {
		text = "Off"
	}
	if slices.Contains(values, text) {
		into.SetString(text)
		return
	}
	if text != "" {
		values, _ = nearest.Sorted(text, values)
	}
	d.cannotRead(n, path, d.doc.describe(n)+" is not a value of this field.", "Write "+oneOf(values)+".")
}

// suggest names what was meant, or all that could be.
func suggest(word string, names []string) string {
	sorted, meant := nearest.Sorted(word, names)
	if meant {
		return "Did you mean " + sorted[0] + "?"
	}
	return "Valid here: " + strings.Join(names, ", ") + "."
}

// fieldNames are the names of a struct's fields in the file, in their order.
func fieldNames(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return names
}
