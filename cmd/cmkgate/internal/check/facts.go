package check

import (
	"fmt"
	"iter"
	"maps"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/parallel"
)

// Known is what the first pass finds out of the manifests.
type Known struct {
	world   *manifest.World
	patches manifest.Patches
	// foreign has, by the number of a file, one more than its documents where it holds
	// nothing to evaluate, and so is not read again; 0 for the others.
	foreign []uint32

	survey *manifest.FactReader
	// facts are what the world is made of.
	facts []batchFacts
}

// NothingKnown is what manifests say of each other that say nothing.
func NothingKnown() *Known {
	return &Known{world: manifest.NewWorld(), patches: manifest.Patches{}}
}

// batchFacts is what one batch says of others.
type batchFacts struct {
	// batch and source are the numbers of the batch and of its file.
	batch, source int
	facts         []manifest.Fact
}

// batchNotes are the same, and what counts beyond the objects in the batch.
type batchNotes struct {
	batchFacts
	// foreign is set for a file without anything to evaluate or tell, which has so many documents.
	foreign   bool
	documents int
	patches   manifest.Patches
}

// Change makes of a document, and what it was parsed to, what is to count of it.
type Change func(manifest.Document, manifest.Parsed) manifest.Parsed

// CollectFacts builds the world. What cannot be read is reported when it is evaluated.
func (c *Checker) CollectFacts(input *manifest.Input) (*Known, error) {
	known := NothingKnown()
	var err error
	if known.survey, err = manifest.NewFactReader(c.Namespace, c.ACKNamespace); err != nil {
		return known, fmt.Errorf("prepare lookups: %w", err)
	}
	err = c.notes(input, known.survey, input.Batches(), nil, func(n *batchNotes) {
		maps.Copy(known.patches, n.patches)
		if n.foreign {
			known.foreign = append(known.foreign, make([]uint32, n.source+1-len(known.foreign))...)
			known.foreign[n.source] = uint32(n.documents) + 1 //nolint:gosec // nobody has so many
		}
		if len(n.facts) > 0 {
			known.facts = append(known.facts, n.batchFacts)
		}
	})
	if err != nil {
		return known, err
	}
	return known, c.build(input, known)
}

// Revise is what is known once documents that say something of others are changed.
// Only they are read again.
func (c *Checker) Revise(input *manifest.Input, known *Known, change Change) (*Known, error) {
	if !known.world.LooksUp() {
		return known, nil
	}
	out := *known
	out.facts = nil
	again := func(yield func(manifest.Batch) bool) {
		rest := known.facts
		for b := range input.Batches() {
			if len(rest) == 0 || b.Number != rest[0].batch {
				continue
			}
			if rest = rest[1:]; !yield(b) {
				return
			}
		}
	}
	err := c.notes(input, known.survey, again, change, func(n *batchNotes) { out.facts = append(out.facts, n.batchFacts) })
	if err != nil {
		return known, err
	}
	return &out, c.build(input, &out)
}

// notes hands out what batches say of others, in their order.
func (c *Checker) notes(input *manifest.Input, survey *manifest.FactReader, batches iter.Seq[manifest.Batch], change Change, take func(*batchNotes)) error {
	const together = 16
	return parallel.InOrder(c.Workers, parallel.InGroups(together, batches), func() func([]manifest.Batch) []batchNotes { //nolint:wrapcheck // a panic
		splitter := input.Splitter()
		return func(group []manifest.Batch) []batchNotes {
			out := make([]batchNotes, 0, len(group))
			for i := range group {
				out = append(out, notesOf(&group[i], splitter, survey, change))
			}
			return out
		}
	}, func(group []batchNotes) error {
		for i := range group {
			take(&group[i])
		}
		return nil
	})
}

func notesOf(b *manifest.Batch, splitter *manifest.Splitter, survey *manifest.FactReader, change Change) batchNotes {
	out := batchNotes{batchFacts: batchFacts{batch: b.Number, source: b.Source}, patches: manifest.Patches{}, foreign: b.IsFile()}
	for doc, problem := range b.Documents(splitter) {
		if problem != nil {
			out.foreign = false
			continue
		}
		if out.foreign = out.foreign && doc.IsForeign(); out.foreign {
			out.documents += doc.ParseACK().Documents
		}
		out.patches.Find(&doc)
		if !survey.Concerns(&doc) {
			continue
		}
		parsed := doc.Parse()
		facts := survey.Facts(&parsed)
		if len(facts) > 0 && change != nil {
			parsed = change(doc, parsed)
			facts = survey.Facts(&parsed)
		}
		out.facts = append(out.facts, facts...)
	}
	return out
}

// build makes the world of the facts, and of those of the cluster.
func (c *Checker) build(input *manifest.Input, known *Known) error {
	known.world = manifest.NewWorld()
	for _, f := range known.facts {
		if len(known.patches) > 0 && known.patches.Of(input.Name(f.source)) != "" {
			continue // half an object
		}
		for _, fact := range f.facts {
			known.world.Add(fact)
		}
	}
	if c.Live != nil {
		facts, err := c.Live(known.survey)
		if err != nil {
			return err
		}
		known.world.AddLive(facts)
	}
	known.world.Finish()
	return nil
}

// isForeign reports whether a file holds nothing to evaluate, and its documents.
func (k *Known) isForeign(source int) (documents int, foreign bool) {
	if source >= len(k.foreign) || k.foreign[source] == 0 {
		return 0, false
	}
	return int(k.foreign[source]) - 1, true
}
