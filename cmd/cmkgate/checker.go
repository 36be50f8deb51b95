package main

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

// checker judges manifests in two passes: the first learns what they say of
// each other, the second judges. Between the two nothing is kept but what was
// learned, so that memory does not grow with the number of files.
type checker struct {
	evaluator *policies.Evaluator
	// shapes holds objects against ACK's CRDs.
	shapes shapes
	// folders are what is judged.
	folders []string
	// namespace is that of objects which name none.
	namespace string
	// ackNamespace is where ACK has its ConfigMaps.
	ackNamespace string
	// live reads what a cluster says, nil where none is asked.
	live    func(*manifest.Survey) ([]manifest.Fact, error)
	workers int
	writers []report.Writer
	// changes tells that a writer shows fixes as changes of files.
	changes  bool
	stderr   io.Writer
	progress *progress
}

// outcome is what one batch came to.
type outcome struct {
	files, documents, judged int

	results  []report.Result
	problems []manifest.Problem
	// objects are those that were judged, for who looks for two of the same name.
	objects []report.Result
	// passed are those that there is nothing to say about.
	passed []report.Result
	// uncovered counts those of ACK that cmkgate does not cover, as report.Summary does.
	uncovered map[string]int
	// template tells that the file was called a template, denied that it was denied as one.
	template, denied bool
}

// learned is what the first pass finds out of the manifests.
type learned struct {
	world   *manifest.World
	patches manifest.Patches
	// foreign are the files that hold nothing to be judged, which are not read again, with their documents.
	foreign map[string]int
}

func (c *checker) check(input *manifest.Input) (report.Summary, error) {
	var summary report.Summary
	known, err := c.learn(input, nil)
	if err != nil {
		return summary, err
	}
	defer c.progress.clear()
	seen := objects{}
	err = inOrder(c.workers, known.toJudge(input.Batches()), func() func(task) outcome {
		var splitter manifest.Splitter
		return func(t task) outcome { return c.judge(&t, &splitter, known) }
	}, func(o outcome) error {
		c.progress.show(&summary)
		o.results = append(o.results, seen.duplicates(o.objects)...)
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

// lesson is what one batch says of others.
type lesson struct {
	file string
	// foreign is set for a file without anything to judge or tell, which has so many documents.
	foreign   bool
	documents int
	facts     []manifest.Fact
	patches   manifest.Patches
}

// learn builds the world. What cannot be read is told when it is judged. Of
// documents that say something of others, change makes what is to count, nil
// where they count as they are.
func (c *checker) learn(input *manifest.Input, change func(manifest.Document) manifest.Document) (learned, error) {
	known := learned{manifest.NewWorld(), manifest.Patches{}, map[string]int{}}
	survey, err := manifest.NewSurvey(c.namespace, c.ackNamespace)
	if err != nil {
		return known, fmt.Errorf("prepare the look-ups: %w", err)
	}
	var lessons []lesson
	const together = 16
	err = inOrder(c.workers, inGroups(together, input.Batches()), func() func([]manifest.Batch) []lesson {
		var splitter manifest.Splitter
		return func(batches []manifest.Batch) []lesson {
			out := make([]lesson, 0, len(batches))
			for i := range batches {
				out = append(out, lessonOf(&batches[i], &splitter, survey, change))
			}
			return out
		}
	}, func(group []lesson) error {
		for i := range group {
			known.note(&group[i])
		}
		lessons = append(lessons, slices.DeleteFunc(group, func(l lesson) bool { return len(l.facts) == 0 })...)
		return nil
	})
	for _, l := range lessons {
		if known.patches.Of(l.file) != "" {
			continue // half an object
		}
		for _, f := range l.facts {
			known.world.Add(f)
		}
	}
	if err != nil {
		return known, err
	}
	if c.live != nil {
		facts, err := c.live(survey)
		if err != nil {
			return known, err
		}
		known.world.AddLive(facts)
	}
	known.world.Finish()
	return known, nil
}

// note takes in what a batch says of other files and of its own.
func (l *learned) note(from *lesson) {
	maps.Copy(l.patches, from.patches)
	if from.foreign {
		l.foreign[from.file] = from.documents
	}
}

func lessonOf(b *manifest.Batch, splitter *manifest.Splitter, survey *manifest.Survey, change func(manifest.Document) manifest.Document) lesson {
	l := lesson{file: b.File, patches: manifest.Patches{}, foreign: b.IsFile()}
	for doc, problem := range b.Documents(splitter) {
		if problem != nil {
			l.foreign = false
			continue
		}
		if l.foreign = l.foreign && doc.IsForeign(); l.foreign {
			l.documents += doc.ACK().Documents
		}
		l.patches.Find(&doc)
		facts := survey.Facts(&doc)
		if len(facts) > 0 && change != nil {
			doc = change(doc)
			facts = survey.Facts(&doc)
		}
		l.facts = append(l.facts, facts...)
	}
	return l
}

// task is a batch to judge, with the files and documents before it that there is
// nothing to judge in.
type task struct {
	// batch is nil where such files are the last.
	batch            *manifest.Batch
	files, documents int
}

// toJudge leaves out the files that hold nothing to be judged, but for their number.
func (l *learned) toJudge(batches iter.Seq[manifest.Batch]) iter.Seq[task] {
	return func(yield func(task) bool) {
		var next task
		for b := range batches {
			if documents, foreign := l.foreign[b.File]; foreign && b.IsFile() {
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

func (c *checker) judge(t *task, splitter *manifest.Splitter, known learned) outcome {
	out := outcome{files: t.files, documents: t.documents}
	b := t.batch
	if b == nil {
		return out
	}
	if b.First {
		out.files++
	}
	patchOf := known.patches.Of(b.File)
	for doc, problem := range b.Documents(splitter) {
		if problem != nil {
			out.problems = append(out.problems, *problem)
			continue
		}
		parsed := doc.ACK()
		out.documents += parsed.Documents
		before := out
		if p := doc.Unrendered(&parsed); p != nil {
			parsed.Problems = append(parsed.Problems, *p)
		}
		out.unparsed(parsed.Problems, doc.Source())
		out.outside(&doc, c.folders)
		for i := range parsed.Objects {
			c.judgeObject(&parsed.Objects[i], known.world, patchOf, &out)
		}
		out.rendered(&before, doc.Source())
	}
	return out
}

// findings are what is wrong with an object, and whether it is one of ours.
func (c *checker) findings(o *manifest.Object, world policies.World, patchOf string) (breaches []schema.Breach, findings []policies.Finding, ours bool) {
	breaches, ours = c.shapes.check(o, patchOf)
	if !ours {
		return breaches, nil, false
	}
	o.Namespace = cmp.Or(o.Namespace, c.namespace)
	findings = c.evaluator.Review(policies.Review{Object: o.Object}, world).Findings
	if patchOf != "" {
		findings = said(o.Root, findings)
	}
	breaches, findings = schema.Merge(breaches, findings)
	return breaches, findings, true
}

func (c *checker) judgeObject(o *manifest.Object, world policies.World, patchOf string, out *outcome) {
	breaches, findings, ours := c.findings(o, world, patchOf)
	if len(breaches) == 0 && catalog.Uncovered(o.Group) { // no misspelled group
		if out.uncovered == nil {
			out.uncovered = map[string]int{}
		}
		out.uncovered[o.Kind+"."+o.Group]++
	}
	if ours {
		out.judged++
		if patchOf == "" {
			out.objects = append(out.objects, report.NewObject(o))
		}
		if len(breaches)+len(findings) == 0 {
			out.passed = append(out.passed, report.NewObject(o))
		}
	}
	for i := range breaches {
		r := c.result(o, &breaches[i].Finding)
		if r.Reason == schema.UnknownField {
			r.Line, r.Column = o.NamePosition(breaches[i].Path)
			end := o.End(r.Line, r.Column)
			r.EndLine, r.EndColumn = end.Line, end.Column
		}
		out.results = append(out.results, r)
	}
	for i := range findings {
		out.results = append(out.results, c.result(o, &findings[i]))
	}
}

func (c *checker) result(o *manifest.Object, f *policies.Finding) report.Result {
	r := report.NewResult(o, f)
	if f.Reason == policies.Placeholder {
		r.Message += fillInFirst(f.Problem)
	}
	if c.changes {
		r.Changes = changes(o, f.Fix)
	}
	return r
}

// tell hands on what a batch came to.
func (c *checker) tell(summary *report.Summary, o outcome) error {
	summary.Files += o.files
	summary.Documents += o.documents
	summary.Objects += o.judged
	summary.Errors += len(o.problems)
	summary.NotCover(o.uncovered)
	if len(o.problems)+len(o.results) > 0 {
		c.progress.clear()
	}
	for _, p := range o.problems {
		fmt.Fprintln(c.stderr, p) //nolint:errcheck // it counts in the exit code too
	}
	for i := range o.results {
		summary.Count(&o.results[i])
	}
	batch := report.Batch{Results: o.results, Problems: o.problems, Passed: o.passed}
	for _, w := range c.writers {
		if err := w.Write(&batch); err != nil {
			return err //nolint:wrapcheck // writers say what they wrote
		}
	}
	return nil
}
