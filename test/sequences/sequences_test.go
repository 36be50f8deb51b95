package sequences

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cmkgate/cmkgate/test/ack/controllers"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

// What make passes on: SEQUENCES="-seed 42 -n 1".
var (
	seed    = flag.String("seed", "1", "the seed of the first sequence; the next has the next. Several, with commas, begin a row each")
	count   = flag.Int("n", 300, "how many sequences to generate in a row")
	only    = flag.String("only", "", "the one fixed sequence to play")
	shrinks = flag.Int("shrink", 3, "how many failing sequences to shrink, in each lab")
	labs    = flag.Int("labs", 2, "how many labs play at the same time; ACK's controllers wait more than they work")
)

// TestFixed plays the sequences of faults that were seen once.
func TestFixed(t *testing.T) {
	controllers.Need(t)
	if given("seed") {
		t.Skip("a seed was asked for")
	}
	all, err := readFixed()
	if err != nil {
		t.Fatal(err)
	}
	if *only != "" {
		all = slices.DeleteFunc(all, func(s sequence) bool { return s.name != *only })
	}
	if len(all) == 0 {
		t.Fatalf("there is no sequence %q", *only)
	}
	p := newPlayer(newLab(t, buildWebhook(t)))
	for _, batch := range batches(all, batchSize) {
		for _, played := range playOrFail(t, p, batch) {
			t.Run(played.name, func(t *testing.T) { played.complain(t) })
		}
	}
}

// given reports whether a flag stands on the command line.
func given(name string) bool {
	found := false
	flag.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// TestGenerated plays sequences of the generator, and shrinks those that fail.
func TestGenerated(t *testing.T) { //nolint:tparallel // TestFixed has the machine for itself
	controllers.Need(t)
	if given("only") {
		t.Skip("a fixed sequence was asked for")
	}
	all, err := generateRows(*seed, *count)
	if err != nil {
		t.Fatal(err)
	}
	binary := buildWebhook(t)
	queue := make(chan []sequence, len(all))
	for _, batch := range batches(all, batchSize) {
		queue <- batch
	}
	close(queue)
	for i := range min(*labs, len(queue)) {
		t.Run(fmt.Sprintf("lab-%d", i+1), func(t *testing.T) {
			t.Parallel()
			playGenerated(t, newPlayer(newLab(t, binary)), queue)
		})
	}
}

func generateRows(seeds string, count int) (all []sequence, err error) {
	for text := range strings.SplitSeq(seeds, ",") {
		first, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("-seed: %w", err)
		}
		for i := range count {
			s, err := generate(first + int64(i))
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// playGenerated plays what is left of a queue in one lab, and shrinks what fails.
func playGenerated(t *testing.T, p *player, queue <-chan []sequence) {
	t.Helper()
	var failed []*play
	did, count := map[string]int{}, 0
	for batch := range queue {
		count += len(batch)
		for _, played := range playOrFail(t, p, batch) {
			played.tally(did)
			if len(played.violations) > 0 {
				t.Logf("seed %d: %v", played.seed, played.violations[0])
				failed = append(failed, played)
			}
		}
	}
	t.Logf("%d sequences: %v", count, did)
	for i, played := range failed {
		t.Run(fmt.Sprintf("seed-%d", played.seed), func(t *testing.T) {
			holds, err := p.holdsOnceMore(t.Context(), played)
			if err != nil {
				t.Fatal(err)
			}
			if holds {
				t.Logf("holds when it is played %d times more: %v", again, played.violations)
				return
			}
			defer played.complain(t) // last, since the ends of long logs are what is kept
			if i >= *shrinks {
				return
			}
			least, err := p.shrink(t.Context(), played.sequence, played.violations[0].invariant)
			if err != nil {
				t.Error(err)
				return
			}
			least.seed = played.seed
			t.Log("the least that fails:\n" + least.script())
		})
	}
}

// again is how often a sequence is played once more that came out otherwise than without cmkgate.
const again = 8

// holdsOnceMore reports whether a sequence whose two sides differed does so in less than half of some more plays. ACK looks
// at an object that has a problem when its time has come: on a slow machine that falls between other steps on one side than
// on the other. A key that AWS lacks is none of that.
func (p *player) holdsOnceMore(ctx context.Context, played *play) (bool, error) {
	if played.breaks(everyKey) || played.breaks(sameKey) {
		return false, nil
	}
	plays, err := p.play(ctx, slices.Repeat([]sequence{played.sequence}, again))
	if err != nil {
		return false, err
	}
	differ := 0
	for _, p := range plays {
		if len(p.violations) > 0 {
			differ++
		}
	}
	return differ < again/2, nil
}

// tally counts what was done, and what became of it.
func (p *play) tally(did map[string]int) {
	for step, o := range p.outcomes {
		if p.operations[step].Do == doNothing || p.operations[step].Do.isGlobal() {
			continue
		}
		switch {
		case o.refused():
			did["refused by cmkgate"]++
		case o.err != nil:
			did["refused otherwise"]++
		case len(o.warnings) > 0:
			did["admitted with a warning"]++
		default:
			did["admitted"]++
		}
	}
	for _, times := range p.guardedChanges {
		did["changes in AWS"] += times
	}
}

// batchSize bounds the sequences that are played at once. Most of a batch is waiting for the controllers to have nothing to do.
const batchSize = 160

func buildWebhook(t *testing.T) string {
	t.Helper()
	binary, err := apiserver.BuildWebhook(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

func playOrFail(t *testing.T, p *player, batch []sequence) []*play {
	t.Helper()
	started := time.Now()
	plays, err := p.play(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d sequences (%s) in %s", len(batch), batch[0].globals(), time.Since(started).Round(time.Second))
	return plays
}

func (p *play) complain(t *testing.T) {
	t.Helper()
	if len(p.violations) == 0 {
		return
	}
	for step, got := range p.outcomes {
		if p.operations[step].Do != doNothing && !p.operations[step].Do.isGlobal() {
			t.Logf("step %d, %s: %v; twin: %v", step+1, p.operations[step].Do, got.err, p.twins[step].err)
		}
	}
	t.Log("as a script:\n" + p.script())
	for _, v := range p.violations {
		t.Error(v)
	}
}
