package apiserver

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// ForTest starts a server that lives as long as the test. Without the binaries the test fails where the environment
// says that they are there (under make), and is skipped otherwise.
func ForTest(tb testing.TB) *Server {
	tb.Helper()
	return ForTestWith(tb, Options{})
}

// ForTestWith is ForTest with options; those that name binaries and who is reported of the progress are filled in.
func ForTestWith(tb testing.TB, options Options) *Server {
	tb.Helper()
	binaries, err := findBinaries(tb.Context(), "")
	if errors.Is(err, errNoBinaries) && os.Getenv(binariesVariable) == "" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	options.Binaries, options.Progress = binaries, func(step string) { tb.Log(step) }
	server, err := Start(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return server
}

// MustApply has kubectl apply manifests. The test fails where it does not.
func (s *Server) MustApply(tb testing.TB, manifests string) {
	tb.Helper()
	result, err := s.Kubectl(tb.Context(), strings.NewReader(manifests), "apply", "-f", "-")
	if err != nil || result.Code != 0 {
		tb.Fatalf("kubectl apply: %v %s", err, result.Stderr)
	}
}

// Eventually returns when ready does not return an error any more. After some minutes the test fails with the last one.
func Eventually(tb testing.TB, what string, ready func(context.Context) error) {
	tb.Helper()
	if err := poll(tb.Context(), what, ready); err != nil {
		tb.Fatal(err)
	}
}

// WebhookForTest is the path of a cmkgate-webhook of the source as it is. See [BuildWebhook].
func WebhookForTest(tb testing.TB) string {
	tb.Helper()
	return programForTest(tb, BuildWebhook)
}

// CommandLineForTest is WebhookForTest for cmkgate.
func CommandLineForTest(tb testing.TB) string {
	tb.Helper()
	return programForTest(tb, buildCommandLine)
}

func programForTest(tb testing.TB, build func(ctx context.Context, dir string) (string, error)) string {
	tb.Helper()
	binary, err := build(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	return binary
}
