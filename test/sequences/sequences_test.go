package sequences

import (
	"flag"
	"testing"
	"time"

	"github.com/cmkgate/cmkgate/test/ack/controllers"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

// TestFixed plays the sequences of faults that were seen once.
func TestFixed(t *testing.T) {
	controllers.Need(t)
	all, err := readFixed()
	if err != nil {
		t.Fatal(err)
	}
	p := newPlayer(newLab(t, buildWebhook(t)))
	for _, batch := range batches(all, batchSize) {
		for _, played := range playOrFail(t, p, batch) {
			t.Run(played.name, func(t *testing.T) { played.complain(t) })
		}
	}
}

const batchSize = 60

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
	for _, v := range p.violations {
		t.Error(v)
	}
}

var _ = flag.Int
