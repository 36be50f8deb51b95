package generated

import (
	"flag"
	"testing"

	"github.com/cmkgate/cmkgate/test/generated/objects"
)

var (
	count = flag.Int("objects", 100_000, "how many objects are generated; with -short a twentieth of them")
	first = flag.Uint64("seed", 0, "the seed of the first object; each further one has the next seed")
)

// TestGeneratedObjectsKeepEveryPromise goes through objects as people write
// them: as the CRD wants them, with and without keys, right and wrong ones.
func TestGeneratedObjectsKeepEveryPromise(t *testing.T) {
	r := newRun(t, (*objects.Generator).Object)
	r.do(t, *first, number())
	r.seen.check(t)
}

// TestHostileObjectsKeepEveryPromise goes through objects that break the schema
// in any way: nothing panics, and nothing that was written is changed.
func TestHostileObjectsKeepEveryPromise(t *testing.T) {
	newRun(t, (*objects.Generator).Hostile).do(t, *first, (number()+3)/4)
}

func number() int {
	if testing.Short() {
		return (*count + 19) / 20
	}
	return *count
}
