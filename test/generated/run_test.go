package generated

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/generated/objects"
)

// run is what the trials of a test share.
type run struct {
	schemas    *objects.Schemas
	kinds      []catalog.Kind
	lookups    []catalog.Lookup
	settings   []setting
	settable   settable
	rows       map[catalog.Kind]map[string][]row
	properties []property
	generate   generate
	seen       *seen
}

type generate func(*objects.Generator, catalog.Kind) map[string]any

func newRun(t *testing.T, generate generate) *run {
	t.Helper()
	schemas, err := objects.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &run{
		schemas: schemas, kinds: weighted(schemas.Kinds()), lookups: catalog.Lookups(), settings: settings(t), generate: generate,
		settable: mayBeSet(), rows: catalogRows(), properties: properties(), seen: newSeen(),
	}
}

// weighted lists kinds with key fields three times: there is more to get wrong.
func weighted(kinds []catalog.Kind) []catalog.Kind {
	out := kinds
	for kind := range catalogRows() {
		out = append(out, kind, kind)
	}
	slices.SortFunc(out, func(a, b catalog.Kind) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// do tries n seeds on all processors. After a few failures it stops.
func (r *run) do(t *testing.T, first uint64, n int) {
	t.Helper()
	const enough = 5
	var next, failures atomic.Int64
	var wait sync.WaitGroup
	var mu sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			worker := *r
			worker.seen = newSeen()
			for i := next.Add(1) - 1; i < int64(n) && failures.Load() < enough; i = next.Add(1) - 1 {
				seed := first + uint64(i)
				if err := worker.try(seed); err != nil {
					failures.Add(1)
					t.Errorf("%v\nOnce more: go test ./test/generated -run '^%s$' -seed %d -objects 1", err, t.Name(), seed)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			r.seen.add(worker.seen)
		})
	}
	wait.Wait()
}

// try says what is wrong with the object of a seed; a panic is wrong too.
func (r *run) try(seed uint64) (err error) {
	t, doing := r.choose(seed), "generate, evaluate, patch"
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			err = fmt.Errorf("seed %d, %s, settings %q: %s: %w\n%s", seed, t.kind.Name, t.setting.name, doing, err, shorten(t.before.raw))
		}
	}()
	if err := t.pass(); err != nil {
		return err
	}
	t.seen.objects++
	for _, p := range r.properties {
		doing = p.name
		if err := p.holds(t); err != nil {
			return err
		}
	}
	return nil
}

func shorten(raw []byte) string {
	const limit = 20_000
	if len(raw) > limit {
		return fmt.Sprintf("%s… (%d bytes)", raw[:limit], len(raw))
	}
	return string(raw)
}
