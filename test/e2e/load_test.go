package e2e

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// load sends requests at a steady rate: one that is answered late delays none of those that follow.
type load struct {
	stopped chan struct{}
	flying  sync.WaitGroup
	mutex   sync.Mutex
	tally   tally
}

// tally is what became of the requests.
type tally struct {
	sent     int
	failures []failure
	took     []time.Duration
}

// failure is a request that was not answered as it should have been.
type failure struct {
	at  time.Time
	err error
}

// request is one request of a load.
type request func(ctx context.Context) error

// errNoKey means that an object was stored without the key that it should have got.
var errNoKey = errors.New("admitted without a key")

// maxFlying bounds the requests under way, should nothing be answered any more.
const maxFlying = 500

// startLoad sends requests until stop is called, or for ten minutes.
func startLoad(t *testing.T, perSecond int, send request) *load {
	t.Helper()
	l := &load{stopped: make(chan struct{})}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	slots := make(chan struct{}, maxFlying)
	l.flying.Go(func() {
		defer cancel()
		var senders sync.WaitGroup
		defer senders.Wait()
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		defer tick.Stop()
		for {
			select {
			case <-l.stopped:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			slots <- struct{}{}
			senders.Go(func() {
				l.note(ctx, send)
				<-slots
			})
		}
	})
	return l
}

func (l *load) note(ctx context.Context, send request) {
	start := time.Now()
	err := send(ctx)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.tally.sent++
	l.tally.took = append(l.tally.took, time.Since(start))
	if err != nil {
		l.tally.failures = append(l.tally.failures, failure{start, err})
	}
}

// sent is how many requests have been answered so far.
func (l *load) sent() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.tally.sent
}

// until waits for a number of requests to be answered.
func (l *load) until(t *testing.T, requests int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); l.sent() < requests; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("only %d of %d requests were answered", l.sent(), requests)
		}
	}
}

// stop ends the load and waits for the requests under way.
func (l *load) stop(t *testing.T) tally {
	t.Helper()
	close(l.stopped)
	l.flying.Wait()
	slices.SortFunc(l.tally.failures, func(a, b failure) int { return a.at.Compare(b.at) })
	slices.Sort(l.tally.took)
	for _, f := range l.tally.distinct() {
		t.Log(f)
	}
	return l.tally
}

// varying is what differs from one failure to the next of the same kind: names and ports.
var varying = regexp.MustCompile(`load-[a-z0-9]*|:\d+->`)

// distinct tells each different failure once and how often it came.
func (c *tally) distinct() []string {
	times := map[string]int{}
	var texts []string
	for _, f := range c.failures {
		text := varying.ReplaceAllString(f.err.Error(), "…")
		if times[text] == 0 {
			texts = append(texts, text)
		}
		times[text]++
	}
	for i, text := range texts {
		texts[i] = fmt.Sprintf("%d times: %s", times[text], text)
	}
	return texts
}

// denied are the failures that a policy is to blame for.
func (c *tally) denied() int {
	denied := 0
	for _, f := range c.failures {
		if errors.Is(f.err, errNoKey) || strings.Contains(f.err.Error(), "denied the request") {
			denied++
		}
	}
	return denied
}

func (c *tally) percentile(p int) time.Duration {
	if len(c.took) == 0 {
		return 0
	}
	return c.took[min(len(c.took)-1, len(c.took)*p/100)].Round(time.Millisecond)
}

// createJob stores a TrainingJob without a key, which must get one.
func (s *suite) createJob(ctx context.Context) error { return s.create(ctx, trainingJob()) }

// tryJob is createJob in a dry run.
func (s *suite) tryJob(ctx context.Context) error {
	return s.create(ctx, trainingJob(), metav1.DryRunAll)
}

func (s *suite) create(ctx context.Context, job *unstructured.Unstructured, dryRun ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	created, err := s.objects.Resource(trainingJobs).Namespace(loadNamespace).Create(ctx, job, metav1.CreateOptions{DryRun: dryRun})
	if err != nil {
		return err
	}
	if key, _, _ := unstructured.NestedString(created.Object, "spec", "outputDataConfig", "kmsKeyID"); key == "" {
		return errNoKey
	}
	return nil
}

// unreachable distinguishes an outage from a denial.
func unreachable(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), "failed calling webhook")
}
