package policies

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// field is a catalog row with its paths parsed.
type field struct {
	catalog.Field
	path          tree.Path
	under         int
	onlyIf        tree.Path
	instanceTypes []instanceType
	outputs       []tree.Path
	// ref is the sibling by which ACK takes a reference instead of the key, nil if there can be none.
	ref tree.Path
	// reach is the path up to its first list.
	reach string
	// lateInitialized distinguishes that ACK fills the field in from AWS.
	lateInitialized bool
}

type instanceType struct{ path, unless tree.Path }

// rows are the catalog's, prepared.
type rows struct {
	fields map[rowsOf][]field
	steps  map[ID]map[string][]field // by policy and step type
}

type rowsOf struct {
	policy ID
	kind   catalog.Kind
}

func compileRows() (*rows, error) {
	r := &rows{fields: map[rowsOf][]field{}, steps: map[ID]map[string][]field{}}
	for _, row := range catalog.Fields() {
		f, err := compileField(row)
		if err != nil {
			return nil, fmt.Errorf("catalog row %s %s: %w", row.Kind.Name, row.Path, err)
		}
		of := rowsOf{row.Policy, row.Kind}
		r.fields[of] = append(r.fields[of], f)
	}
	for _, t := range catalog.StepTypes() {
		for _, row := range t.Fields {
			f, err := compileField(row)
			if err != nil {
				return nil, fmt.Errorf("catalog row of step type %s, %s: %w", t.Name, row.Path, err)
			}
			if r.steps[row.Policy] == nil {
				r.steps[row.Policy] = map[string][]field{}
			}
			r.steps[row.Policy][t.Name] = append(r.steps[row.Policy][t.Name], f)
		}
	}
	return r, nil
}

func compileField(row catalog.Field) (field, error) {
	f := field{Field: row}
	var p pathParser
	f.path = p.parse(row.Path)
	f.reach = concrete(f.path).String()
	f.ref = p.parse(row.Reference())
	f.under = len(f.path) - 1
	if row.Under != "" {
		f.under = len(p.parse(row.Under))
	}
	f.onlyIf = p.parse(row.OnlyIf.Path)
	for _, t := range row.InstanceTypes {
		f.instanceTypes = append(f.instanceTypes, instanceType{p.parse(t.Path), p.parse(t.Unless)})
	}
	for _, o := range row.Outputs {
		f.outputs = append(f.outputs, p.parse(o))
	}
	f.lateInitialized = slices.ContainsFunc(catalog.LateInitializedFields(), func(l catalog.LateInitialized) bool {
		return l.Kind == row.Kind && l.Path == row.Path
	})
	return f, p.err
}

type pathParser struct{ err error }

func (p *pathParser) parse(s string) tree.Path {
	path, err := tree.ParsePath(s)
	if p.err == nil {
		p.err = err
	}
	return path
}

// checkFields evaluates every field that the catalog has for the policy and the kind.
func checkFields(e *evaluation) {
	if !e.opens() {
		return
	}
	if !e.observes {
		e.checkDependencies()
	}
	of := e.mutable
	defer func() { e.mutable = of }()
	for i := range e.rule.fields {
		f := &e.rule.fields[i]
		if e.passes(f) {
			continue
		}
		e.mutable = f.Mutable
		f.path.Walk(e.object.Root, f.under, func(path tree.Path, value *tree.Node) {
			if !e.checksPlace() {
				return
			}
			if finding, wrong := e.judgeField(f, path, value); wrong {
				e.report(finding)
			}
		})
	}
}

// judgeField evaluates one place where a key may stand.
func (e *evaluation) judgeField(f *field, path tree.Path, value *tree.Node) (Finding, bool) {
	if f.onlyIf != nil && e.parameters.resolve(e.search.find(f.onlyIf.Bind(path))).Text() != f.OnlyIf.Equals {
		return Finding{}, false
	}
	if finding, ok := e.reference(f, path, value); ok {
		return finding, true
	}
	value = e.parameters.resolve(value)
	if f.ReplacedBy != "" {
		return e.judgeDeprecated(f, path, value)
	}
	if len(f.instanceTypes) > 0 {
		if finding, decided, wrong := e.judgeStorage(f, path, value); decided {
			return finding, wrong
		}
	}
	uri, other := e.expressOutput(f, path)
	switch {
	case uri == "":
		return e.judgeKey(f, path, value, e.mayInject(f))
	case value.Missing() && other != "":
		return withoutKeyBesideExpress(path, uri, other), true
	case value.Missing():
		return withoutKeyInExpress(path, uri), true
	}
	if finding, wrong := e.wrongKey(f, path, value, false); wrong {
		return finding, true
	}
	finding := withKeyInExpress(path, uri)
	if other != "" { // without the key, the other output would lack it
		finding.Remedy = separateOutputs
	}
	return finding, true
}

func (e *evaluation) judgeDeprecated(f *field, path tree.Path, value *tree.Node) (Finding, bool) {
	if value.Missing() {
		return Finding{}, false
	}
	return Finding{
		Reason:  Deprecated,
		Path:    path.Clone(),
		Problem: fmt.Sprintf("this field is deprecated: %s.", f.NoInjectReason),
		Remedy:  fmt.Sprintf("Move the key to %s and remove this field.", f.ReplacedBy),
	}, true
}

// expressOutput returns the first output that lies in a directory bucket (S3
// Express One Zone), where SageMaker takes no key (CreateTrainingJob, KmsKeyId),
// and the first that lies elsewhere; each is empty if there is none.
func (e *evaluation) expressOutput(f *field, path tree.Path) (express, other string) {
	for _, pattern := range f.outputs {
		pattern = pattern.Bind(path)
		e.search.walk(pattern, len(pattern), func(_ tree.Path, uri *tree.Node) {
			text := e.parameters.resolve(uri).Str()
			switch {
			case text == "":
			case isDirectoryBucket(bucketOf(text)):
				express = cmp.Or(express, text)
			default:
				other = cmp.Or(other, text)
			}
		})
	}
	return express, other
}

const separateOutputs = "Use separate resources for output to S3 Express and to general purpose buckets, or write everything to general purpose buckets."

// withoutKeyBesideExpress is what one key for several outputs comes to when only
// some are in S3 Express: those take no key, and the others must have one.
func withoutKeyBesideExpress(path tree.Path, express, other string) Finding {
	return Finding{
		Reason:  Missing,
		Path:    path.Clone(),
		Problem: fmt.Sprintf("no KMS key is set, so the output in %s is not encrypted with your key; the same field covers %s in S3 Express, where SageMaker accepts no key.", quote(other), quote(express)),
		Remedy:  separateOutputs,
	}
}

// withKeyInExpress leaves it open what AWS does: the reference says that a key is
// not supported, and not that the call fails.
func withKeyInExpress(path tree.Path, uri string) Finding {
	at := path.Clone()
	return Finding{
		Reason:  Unverifiable,
		Path:    at,
		Problem: fmt.Sprintf("%s is in S3 Express, where SageMaker supports no key: AWS may refuse the call, or write without the key.", quote(uri)),
		Remedy:  fmt.Sprintf("Remove the field and make sure that bucket %s is under a customer-managed key, or write to a general purpose bucket.", quote(bucketOf(uri))),
	}
}

func withoutKeyInExpress(path tree.Path, uri string) Finding {
	return Finding{
		Reason:  Unverifiable,
		Path:    path.Clone(),
		Problem: fmt.Sprintf("%s is in S3 Express, where SageMaker accepts no key; the bucket's own encryption counts.", quote(uri)),
		Remedy:  fmt.Sprintf("Make sure that bucket %s is under a customer-managed key, or write to a general purpose bucket.", quote(bucketOf(uri))),
	}
}
