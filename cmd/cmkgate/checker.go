package main

import (
	"cmp"
	"fmt"
	"io"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/policies"
)

// checker judges manifests in two passes: the first learns what they say of
// each other, the second judges. Between the two nothing is kept but what was
// learned, so that memory does not grow with the number of files.
type checker struct {
	evaluator *policies.Evaluator
	// namespace is that of objects which name none.
	namespace string
	// ackNamespace is where ACK has its ConfigMaps.
	ackNamespace string
	workers      int
	writers      []report.Writer
	stderr       io.Writer
	progress     *progress
}

// outcome is what one batch came to.
type outcome struct {
	files, documents, judged int

	results  []report.Result
	problems []manifest.Problem
}

func (c *checker) check(input *manifest.Input) (report.Summary, error) {
	var summary report.Summary
	world, err := c.learn(input)
	if err != nil {
		return summary, err
	}
	defer c.progress.clear()
	err = inOrder(c.workers, input.Batches(), func() func(manifest.Batch) outcome {
		var splitter manifest.Splitter
		return func(b manifest.Batch) outcome { return c.judge(&b, &splitter, world) }
	}, func(o outcome) error {
		c.progress.show(&summary)
		return c.tell(&summary, o)
	})
	if err != nil {
		return summary, err
	}
	for _, w := range c.writers {
		if err := w.Close(summary); err != nil {
			return summary, err //nolint:wrapcheck // writers say what they wrote
		}
	}
	return summary, nil
}

// learn builds the world. What cannot be read is told when it is judged.
func (c *checker) learn(input *manifest.Input) (*manifest.World, error) {
	survey, err := manifest.NewSurvey(c.namespace, c.ackNamespace)
	if err != nil {
		return nil, fmt.Errorf("prepare the look-ups: %w", err)
	}
	world := manifest.NewWorld()
	err = inOrder(c.workers, input.Batches(), func() func(manifest.Batch) []manifest.Fact {
		var splitter manifest.Splitter
		return func(b manifest.Batch) (facts []manifest.Fact) {
			for doc, problem := range b.Documents(&splitter) {
				if problem == nil {
					facts = append(facts, survey.Facts(&doc)...)
				}
			}
			return facts
		}
	}, func(facts []manifest.Fact) error {
		for _, f := range facts {
			world.Add(f)
		}
		return nil
	})
	world.Finish()
	return world, err
}

func (c *checker) judge(b *manifest.Batch, splitter *manifest.Splitter, world policies.World) outcome {
	var out outcome
	if b.First {
		out.files++
	}
	for doc, problem := range b.Documents(splitter) {
		if problem != nil {
			out.problems = append(out.problems, *problem)
			continue
		}
		parsed := doc.ACK()
		out.documents += parsed.Documents
		out.problems = append(out.problems, parsed.Problems...)
		for i := range parsed.Objects {
			c.judgeObject(&parsed.Objects[i], world, &out)
		}
	}
	return out
}

func (c *checker) judgeObject(o *manifest.Object, world policies.World, out *outcome) {
	if !c.evaluator.Judges(o.Group, o.Kind) {
		return
	}
	out.judged++
	o.Namespace = cmp.Or(o.Namespace, c.namespace)
	findings := c.evaluator.Evaluate(o.Object, nil, world)
	for i := range findings {
		out.results = append(out.results, report.NewResult(o, &findings[i]))
	}
}

// tell hands on what a batch came to.
func (c *checker) tell(summary *report.Summary, o outcome) error {
	summary.Files += o.files
	summary.Documents += o.documents
	summary.Objects += o.judged
	summary.Errors += len(o.problems)
	if len(o.problems)+len(o.results) > 0 {
		c.progress.clear()
	}
	for _, p := range o.problems {
		fmt.Fprintln(c.stderr, p) //nolint:errcheck // it counts in the exit code too
	}
	for i := range o.results {
		summary.Count(&o.results[i])
	}
	if len(o.results) == 0 {
		return nil
	}
	for _, w := range c.writers {
		if err := w.Write(o.results); err != nil {
			return err //nolint:wrapcheck // writers say what they wrote
		}
	}
	return nil
}
