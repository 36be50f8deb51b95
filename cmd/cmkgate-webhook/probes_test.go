package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
)

func TestProbes(t *testing.T) {
	var broken error
	server := probeServer(":0", map[string]healthz.Checker{
		"caches": func(*http.Request) error { return broken }, "stopping": healthz.Ping,
	}, func() string { return "config: 0123456789ab in force\n" })
	get := func(path string) (int, string) {
		rec := httptest.NewRecorder()
		server.server.Handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		return rec.Code, rec.Body.String()
	}
	for _, c := range []struct {
		name, path string
		broken     error
		code       int
		want       string
	}{
		{"alive", "/healthz", errors.New("late"), 200, "ok"},
		{"ready", "/readyz", nil, 200, "ok"},
		{"one check", "/readyz/caches?verbose", nil, 200, "ok"},
		{"an unknown check", "/readyz/nonsense", nil, 404, "404 page not found\n"},
		{"in detail", "/readyz?verbose", nil, 200, "[+]caches ok\n[+]stopping ok\nhealthz check passed\nconfig: 0123456789ab in force\n"},
		{"in detail, with a slash", "/readyz/?verbose=1", nil, 200, "[+]caches ok\n[+]stopping ok\nhealthz check passed\nconfig: 0123456789ab in force\n"},
		{"not ready", "/readyz", errors.New("late"), 500, "[-]caches failed: reason withheld\n[+]stopping ok\nhealthz check failed\n"},
		{"not ready, in detail", "/readyz?verbose", errors.New("late"), 500, "[-]caches failed: reason withheld\n[+]stopping ok\nhealthz check failed\nconfig: 0123456789ab in force\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken = c.broken
			if code, body := get(c.path); code != c.code || body != c.want {
				t.Errorf("%s: %d %q, want %d %q", c.path, code, body, c.code, c.want)
			}
		})
	}
}

func TestTheLogTellsEachReasonOnce(t *testing.T) {
	var lines []string
	log := funcr.New(func(_, args string) { lines = append(lines, args) }, funcr.Options{})
	var now error
	check := logged("caches", func(*http.Request) error { return now }, log)
	for _, next := range []error{nil, errors.New("late"), errors.New("late"), errors.New("b\na"), errors.New("a\nb"), nil, nil, errors.New("late")} {
		now = next
		if err := check(nil); !errors.Is(err, next) {
			t.Errorf("%v became %v", next, err)
		}
	}
	want := []string{
		`"level"=0 "msg"="not ready" "check"="caches" "reason"="late"`,
		`"level"=0 "msg"="not ready" "check"="caches" "reason"="a; b"`,
		`"level"=0 "msg"="ready again" "check"="caches"`,
		`"level"=0 "msg"="not ready" "check"="caches" "reason"="late"`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
