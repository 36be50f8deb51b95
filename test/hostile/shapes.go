// Package hostile makes objects that are meant to be slow or to take memory: as
// much as fits of everything that policies read.
package hostile

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// The keys of the tests' organization, which trusts both.
const (
	Key      = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	OtherKey = "arn:aws:kms:eu-west-1:111122223333:key/44444444-4444-4444-4444-444444444444"
)

// Shape makes an object of about so many bytes that costs as much as its
// maker could think of.
type Shape struct {
	Name        string
	group, kind string
	// spec makes the text of the spec.
	spec func(size int) string
	// old is the spec before an update; half of the spec where it is nil.
	old func(size int) string
	// metadata and status stand beside it; nil for none.
	metadata, status func(size int) string
}

// Text is the object as JSON.
func (s *Shape) Text(size int) string {
	return s.with(size, s.spec(size))
}

// Before is the object's state before an update.
func (s *Shape) Before(size int) string {
	if s.old == nil {
		return s.with(size, s.spec(size/2))
	}
	return s.with(size, s.old(size))
}

func (s *Shape) with(size int, spec string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"apiVersion":"%s/v1alpha1","kind":"%s","metadata":{"name":"a"`, s.group, s.kind)
	if s.metadata != nil {
		b.WriteString("," + s.metadata(size))
	}
	b.WriteString(`},"spec":` + spec)
	if s.status != nil {
		b.WriteString(`,"status":{` + s.status(size) + "}")
	}
	b.WriteByte('}')
	return b.String()
}

// many repeats a text, with its number in place of %d, up to a size.
func many(size int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// Shapes are lists and maps without end at every place that the catalog
// knows, and what else is read: texts, documents and definitions.
func Shapes() []Shape {
	var out []Shape
	for place, element := range listedPlaces() {
		out = append(out, listShapes(place, element)...)
	}
	out = append(out, pipelineShapes()...)
	out = append(out, bucketShapes()...)
	return append(out, secretShapes()...)
}

type listedPlace struct {
	kind catalog.Kind
	path string
}

// listedPlaces are the paths of the catalog that lead through a list, and a
// value for their end.
func listedPlaces() map[listedPlace]string {
	out := map[listedPlace]string{}
	add := func(kind catalog.Kind, path, value string) {
		if strings.Contains(path, "[*]") {
			out[listedPlace{kind, path}] = value
		}
	}
	for _, f := range catalog.Fields() {
		add(f.Kind, f.Path, `""`)
		for _, t := range f.InstanceTypes {
			add(f.Kind, t.Path, `"ml.m5.xlarge"`)
		}
		for _, o := range f.Outputs {
			add(f.Kind, o, `"s3://b%d--x-s3/"`)
		}
	}
	for _, s := range catalog.Sources() {
		add(s.Kind, s.Path, `"s3://b%d/"`)
	}
	for _, s := range catalog.Surfaces() {
		value := `"password=Correct-Horse-9"`
		if s.Form == catalog.Variables || s.Form == catalog.Properties {
			value = `{"DB_PASSWORD":"Correct-Horse-9"}`
		}
		add(s.Kind, s.Path, value)
	}
	for _, t := range catalog.TrafficFields() {
		add(t.Kind, t.Path, `false`)
	}
	return out
}

func listShapes(place listedPlace, value string) []Shape {
	steps := tree.MustPath(place.path)
	leaf := func(size int) string { return build(steps[1:], size, value) }
	bare := func(size int) string { return build(steps[1:], size, "") }
	shape := func(name string, spec func(int) string) Shape {
		return Shape{Name: place.kind.Name + " " + place.path + " " + name, group: place.kind.Group, kind: place.kind.Name, spec: spec}
	}
	beside := shape("beside much else", func(size int) string { return widened(build(steps[1:], size/4, value), size/4) })
	beside.metadata = func(size int) string {
		return `"annotations":{` + many(size/6, `"a%d":""`) + `,"services.k8s.aws/region":"` + strings.Repeat("eu-", 20) + `"},` +
			`"finalizers":[` + many(size/6, `"a%d"`) + `,"finalizers.sagemaker.services.k8s.aws/` + place.kind.Name + `"]`
	}
	beside.status = func(size int) string { return `"conditions":[` + many(size/6, `{"type":"%d"}`) + `]` }
	if strings.HasSuffix(strings.ToLower(place.path), "kmskeyid") { // good keys, all of which change
		beside.spec = func(size int) string { return widened(build(steps[1:], size/4, `"`+Key+`"`), size/4) }
		beside.old = func(size int) string { return widened(build(steps[1:], size/4, `"`+OtherKey+`"`), size/4) }
	}
	return []Shape{shape("full", leaf), shape("bare", bare), beside}
}

// widened is an object with many more members.
func widened(object string, size int) string { return "{" + many(size, `"x%d":1`) + "," + object[1:] }

// build writes the value that has the rest of a path, with its first list as
// long as the size allows.
func build(steps tree.Path, size int, leaf string) string {
	if len(steps) == 0 {
		if leaf == "" {
			return "{}"
		}
		return leaf
	}
	if steps[0].IsKey() {
		if leaf == "" && !hasList(steps) && len(steps) < 2 {
			return "{}"
		}
		return fmt.Sprintf(`{%q:%s}`, steps[0].Key, build(steps[1:], size, leaf))
	}
	return "[" + many(size, build(steps[1:], 1, leaf)) + "]"
}

func hasList(steps tree.Path) bool {
	for _, s := range steps {
		if s.IsAny() {
			return true
		}
	}
	return false
}
