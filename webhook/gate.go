package webhook

import (
	"context"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

// Gate bounds how much is read, decoded and checked at the same time, by the
// size of the requests: processing a request takes many times the memory of
// its text. Large requests have their own lane, so that small ones, nearly all
// of them, never wait for them.
type Gate struct {
	large, small lane
}

// lane admits requests up to its capacity in bytes.
type lane struct {
	capacity int64
	free     *semaphore.Weighted
}

const (
	// smallRequest is the size up to which a request is small.
	smallRequest = 64 << 10
	// longestRequest is controller-runtime's: two objects of 3 MB, and 1 MB for the rest.
	longestRequest = 7 << 20

	// A byte of a large request takes up to 16 bytes while it is worked on, and a
	// byte of a small one up to 40 (measured with the shapes of the policies'
	// tests; tree.MaxValues bounds the former). Each lane gets half of the memory.
	largeShare = 2 * 16
	smallShare = 2 * 40
)

// NewGate returns a gate for a process that may use the given number of bytes of memory.
func NewGate(memory int64) *Gate {
	return &Gate{large: newLane(memory / largeShare), small: newLane(memory / smallShare)}
}

func newLane(capacity int64) lane {
	capacity = max(capacity, 2*smallRequest)
	return lane{capacity: capacity, free: semaphore.NewWeighted(capacity)}
}

// enter waits until the lane has room for a request; the returned function
// releases it. A request larger than the lane occupies it alone.
func (l *lane) enter(ctx context.Context, size int64) (leave func(), ok bool) {
	size = min(size, l.capacity)
	if err := l.free.Acquire(ctx, size); err != nil {
		return nil, false
	}
	return func() { l.free.Release(size) }, true
}

// Guard passes requests to next as there is room. A request that waits for more
// than half of its API server's timeout is rejected: the API server's client
// retries after Retry-After.
func (g *Gate) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patienceOf(r))
		defer cancel()
		leave, ok := g.admit(ctx, w, r)
		if !ok {
			return
		}
		defer leave()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// admit reads a small request before it waits, so that a client that sends its
// body byte by byte holds nothing; a large one waits before it is read.
func (g *Gate) admit(ctx context.Context, w http.ResponseWriter, r *http.Request) (leave func(), ok bool) {
	deadline, _ := ctx.Deadline()
	waiting, cancel := context.WithDeadline(ctx, time.Now().Add(time.Until(deadline)/2))
	defer cancel()
	switch size := r.ContentLength; {
	case size == 0:
		return func() {}, true
	case size > 0 && size <= smallRequest:
		text, err := readText(r)
		if err != nil {
			http.Error(w, "the body did not arrive", http.StatusRequestTimeout)
			return nil, false
		}
		r.Body = io.NopCloser(strings.NewReader(text))
		leave, ok = g.small.enter(waiting, int64(len(text)))
	case size < 0:
		leave, ok = g.large.enter(waiting, math.MaxInt64) // as large as it may become
	default:
		setReadDeadline(w, largeReadTimeout)
		leave, ok = g.large.enter(waiting, size)
		setReadDeadline(w, largeReadTimeout)
	}
	if ok {
		return leave, true
	}
	w.Header().Set("Retry-After", "1")
	http.Error(w, "cmkgate has no memory left for this request; try again", http.StatusTooManyRequests)
	return nil, false
}

// largeReadTimeout bounds how long a large request may occupy its lane before
// its body has arrived. API servers send it at once.
const largeReadTimeout = time.Second

// patienceOf is how long the API server waits for the answer; it says so in the
// query of the request.
func patienceOf(r *http.Request) time.Duration {
	const usual, longest = 10 * time.Second, 30 * time.Second // of webhook configurations
	d, err := time.ParseDuration(r.URL.Query().Get("timeout"))
	if err != nil || d <= 0 {
		return usual
	}
	return min(d, longest)
}

// readText reads a body of known length into one piece of memory.
func readText(r *http.Request) (string, error) {
	var b strings.Builder
	if r.ContentLength > 0 {
		b.Grow(int(min(r.ContentLength, longestRequest)))
	}
	_, err := io.Copy(&b, io.LimitReader(r.Body, longestRequest))
	return b.String(), err //nolint:wrapcheck // the caller says what was read
}
