package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/parallel"
)

// Known is what the first pass finds out of the manifests.
type Known struct {
	world   *manifest.World
	patches manifest.Patches
	// foreign are the files that hold nothing to evaluate, which are not read again, with their documents.
	foreign map[string]int
}

// NothingKnown is what manifests say of each other that say nothing.
func NothingKnown() *Known {
	return &Known{manifest.NewWorld(), manifest.Patches{}, map[string]int{}}
}

// LooksUp reports whether there are objects that others are checked by.
func (k *Known) LooksUp() bool { return k.world.LooksUp() }

// batchFacts is what one batch says of others.
type batchFacts struct {
	file string
	// foreign is set for a file without anything to evaluate or tell, which has so many documents.
	foreign   bool
	documents int
	facts     []manifest.Fact
	patches   manifest.Patches
}

// CollectFacts builds the world. What cannot be read is told when it is evaluated.
// Of documents that say something of others, change makes what is to count, nil
// where they count as they are.
func (c *Checker) CollectFacts(input *manifest.Input, change func(manifest.Document) manifest.Document) (*Known, error) {
	known := NothingKnown()
	survey, err := manifest.NewSurvey(c.Namespace, c.ACKNamespace)
	if err != nil {
		return known, fmt.Errorf("prepare the look-ups: %w", err)
	}
	var all []batchFacts
	const together = 16
	err = parallel.InOrder(c.Workers, parallel.InGroups(together, input.Batches()), func() func([]manifest.Batch) []batchFacts {
		var splitter manifest.Splitter
		return func(batches []manifest.Batch) []batchFacts {
			out := make([]batchFacts, 0, len(batches))
			for i := range batches {
				out = append(out, factsOf(&batches[i], &splitter, survey, change))
			}
			return out
		}
	}, func(group []batchFacts) error {
		for i := range group {
			known.note(&group[i])
		}
		all = append(all, slices.DeleteFunc(group, func(f batchFacts) bool { return len(f.facts) == 0 })...)
		return nil
	})
	for _, f := range all {
		if known.patches.Of(f.file) != "" {
			continue // half an object
		}
		for _, fact := range f.facts {
			known.world.Add(fact)
		}
	}
	if err != nil {
		return known, err //nolint:wrapcheck // a panic
	}
	if c.Live != nil {
		facts, err := c.Live(survey)
		if err != nil {
			return known, err
		}
		known.world.AddLive(facts)
	}
	known.world.Finish()
	return known, nil
}

// note takes in what a batch says of other files and of its own.
func (k *Known) note(from *batchFacts) {
	maps.Copy(k.patches, from.patches)
	if from.foreign {
		k.foreign[from.file] = from.documents
	}
}

func factsOf(b *manifest.Batch, splitter *manifest.Splitter, survey *manifest.Survey, change func(manifest.Document) manifest.Document) batchFacts {
	out := batchFacts{file: b.File, patches: manifest.Patches{}, foreign: b.IsFile()}
	for doc, problem := range b.Documents(splitter) {
		if problem != nil {
			out.foreign = false
			continue
		}
		if out.foreign = out.foreign && doc.IsForeign(); out.foreign {
			out.documents += doc.ACK().Documents
		}
		out.patches.Find(&doc)
		facts := survey.Facts(&doc)
		if len(facts) > 0 && change != nil {
			doc = change(doc)
			facts = survey.Facts(&doc)
		}
		out.facts = append(out.facts, facts...)
	}
	return out
}
