package parity

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// stage is an API server, and both binaries.
type stage struct {
	server  *apiserver.Server
	client  *http.Client
	url     string
	audit   *auditLog
	webhook string
	cli     string
	// schemas is what the command line does about objects of the wrong shape.
	schemas string
	// requests counts them: their audit IDs tell them apart.
	requests atomic.Int64
	// namespaces are those that are there.
	namespaces sync.Map
	seen       seen
	// leftAlone are the units that needed an exception.
	leftAlone sync.Map
}

func newStage(t *testing.T) *stage {
	t.Helper()
	server := apiserver.ForTestWith(t, apiserver.Options{Patches: true})
	config := server.Config()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	url, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	webhook, err := apiserver.BuildWebhook(t.Context(), bin)
	if err != nil {
		t.Fatal(err)
	}
	return &stage{
		server: server, client: client, url: strings.TrimSuffix(url.String(), "/"), webhook: webhook, cli: buildCommandLine(t, bin),
		schemas: "enforce", audit: &auditLog{path: server.AuditLog(), events: map[string]event{}},
	}
}

// under has the webhook serve a configuration as long as the test runs.
func (s *stage) under(t *testing.T, config string) *judges {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cmkgate.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	webhook, err := s.server.StartWebhook(t.Context(), s.webhook, file, "--lookup-wait", "20ms")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := webhook.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return &judges{stage: s, config: file}
}

// judges are both sides, under one configuration.
type judges struct {
	*stage
	config string
}
