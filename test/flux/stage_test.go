package flux

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// stage is an API server with Flux, and Git repositories for it.
type stage struct {
	tools
	server *apiserver.Server
	// objects is an administrator's client.
	objects dynamic.Interface
	git     hosting
	// config is cmkgate's configuration, which the webhook reads again when it changes.
	config    string
	kustomize *apiserver.FluxController
}

// newStage starts everything but cmkgate's webhook.
func newStage(t *testing.T) *stage {
	t.Helper()
	log.SetLogger(logr.Discard()) // or envtest complains that nobody did
	s := &stage{server: apiserver.ForTest(t), git: serveGit(t), tools: newTools(t)}
	s.add(t, s.server.KubectlPath())
	var err error
	s.objects, err = dynamic.NewForConfig(s.server.Config())
	must(t, err)
	s.config = filepath.Join(t.TempDir(), "cmkgate.yaml")
	write(t, s.config, read(t, "testdata/cmkgate.yaml"))
	must(t, s.server.InstallFlux(t.Context()))
	source, err := s.server.StartSourceController(t.Context())
	must(t, err)
	t.Cleanup(source.Stop)
	s.startKustomizeController(t)
	t.Cleanup(func() { s.kustomize.Stop() })
	return s
}

// startKustomizeController starts it with flags. What waits for a dependency looks again soon.
func (s *stage) startKustomizeController(t *testing.T, args ...string) {
	t.Helper()
	var err error
	s.kustomize, err = s.server.StartKustomizeController(t.Context(), append([]string{"--requeue-dependency", "1s"}, args...)...)
	must(t, err)
}

func (s *stage) installCmkgate(t *testing.T) *apiserver.Webhook {
	t.Helper()
	binary := apiserver.WebhookForTest(t)
	webhook, err := s.server.StartWebhook(t.Context(), binary, s.config)
	must(t, err)
	t.Cleanup(func() { check(t, webhook.Terminate()) })
	return webhook
}

// kubectl runs kubectl, expects that it succeeds, and returns what it printed.
func (s *stage) kubectl(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	result, err := s.server.Kubectl(t.Context(), strings.NewReader(stdin), args...)
	must(t, err)
	if result.Code != 0 {
		t.Fatalf("kubectl %s: %s", strings.Join(args, " "), result.Stderr)
	}
	return result.Stdout
}

// until waits for something that Flux does in its own time.
func until(t *testing.T, what string, done func() (bool, string)) {
	t.Helper()
	var last string
	err := wait.PollUntilContextTimeout(t.Context(), 200*time.Millisecond, 2*time.Minute, true, func(context.Context) (bool, error) {
		ok, seen := done()
		last = seen
		return ok, nil
	})
	if err != nil {
		t.Fatalf("waiting for %s: %v; last seen: %s", what, err, last)
	}
}
