// Package check evaluates manifests: inputs in, results out, in the order of the
// input. It prints nothing and keeps nothing between two runs.
package check

import (
	"iter"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/parallel"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
)

// Checker evaluates manifests in two passes: the first collects what they say of
// each other, the second evaluates. Between the two nothing is kept but those facts,
// so that memory does not grow with the number of files.
type Checker struct {
	Evaluator *policies.Evaluator
	// Schemas checks objects against ACK's CRDs, as strictly as Schema says.
	Schemas *schema.Schemas
	Schema  SchemaMode
	// Folders are what is checked.
	Folders []string
	// Namespace is that of objects which name none.
	Namespace string
	// ACKNamespace is where ACK has its ConfigMaps.
	ACKNamespace string
	// Live reads what a cluster says, nil if none is asked.
	Live    func(*manifest.FactReader) ([]manifest.Fact, error)
	Workers int
	// Changes asks for fixes as changes of files.
	Changes bool
}

// outcome is the result of one batch.
type outcome struct {
	report.Batch
	// source is that of the batch.
	source                      int
	files, documents, evaluated int
	// objects are those that were evaluated, for who looks for two of the same name.
	objects []report.Result
	// uncovered counts those of ACK that cmkgate does not cover, as report.Summary does.
	uncovered map[string]int
	templates Templates
}

// Check evaluates the input. It hands out what each part came to, in order, with
// the sum so far.
func (c *Checker) Check(input *manifest.Input, tell func(*report.Batch, *report.Summary) error) (report.Summary, error) {
	var summary report.Summary
	known, err := c.CollectFacts(input)
	if err != nil {
		return summary, err
	}
	known.facts = nil // the world has them
	seen := newObjects(input)
	err = parallel.InOrder(c.Workers, known.toEvaluate(input.Batches()), func() func(task) outcome {
		splitter := input.Splitter()
		return func(t task) outcome { return c.evaluate(&t, splitter, known) }
	}, func(o outcome) error {
		o.Results = append(o.Results, seen.duplicates(o.source, o.objects)...)
		o.addTo(&summary)
		return tell(&o.Batch, &summary)
	})
	return summary, err //nolint:wrapcheck // it is of tell, or a panic
}

func (o *outcome) addTo(summary *report.Summary) {
	summary.Files += o.files
	summary.Documents += o.documents
	summary.Objects += o.evaluated
	summary.Errors += len(o.Problems)
	summary.NotCover(o.uncovered)
	for i := range o.Results {
		summary.Count(&o.Results[i])
	}
}

// task is a batch to evaluate, with the files and documents before it that there is
// nothing to evaluate in.
type task struct {
	// batch is nil if such files are the last.
	batch            *manifest.Batch
	files, documents int
}

// toEvaluate omits the files that hold nothing to evaluate, but for their number.
func (k *Known) toEvaluate(batches iter.Seq[manifest.Batch]) iter.Seq[task] {
	return func(yield func(task) bool) {
		var next task
		for b := range batches {
			if documents, foreign := k.isForeign(b.Source); foreign {
				next.files++
				next.documents += documents
				continue
			}
			next.batch = &b
			if !yield(next) {
				return
			}
			next = task{}
		}
		if next.files > 0 {
			yield(next)
		}
	}
}

func (c *Checker) evaluate(t *task, splitter *manifest.Splitter, known *Known) outcome {
	out := outcome{files: t.files, documents: t.documents}
	b := t.batch
	if b == nil {
		return out
	}
	out.source = b.Source
	if b.First {
		out.files++
	}
	for doc, problem := range b.Documents(splitter) {
		if problem != nil {
			out.Problems = append(out.Problems, *problem)
			continue
		}
		parsed := doc.ParseACK()
		out.documents += parsed.Documents
		before := out
		if p := doc.Unrendered(&parsed); p != nil {
			parsed.Problems = append(parsed.Problems, *p)
		}
		results, problems := out.templates.Sort(parsed.Problems, doc.Source())
		out.Results, out.Problems = append(out.Results, results...), append(out.Problems, problems...)
		out.Results = append(out.Results, outside(&doc, &parsed, c.Folders)...)
		for i := range parsed.Objects {
			c.evaluateObject(&parsed.Objects[i], known, &out)
		}
		out.rendered(&before, doc.Source())
	}
	return out
}
