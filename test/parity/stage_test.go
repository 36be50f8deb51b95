package parity

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/test/apiserver"
	"github.com/cmkgate/cmkgate/test/configurations"
)

// stage is an API server, and both binaries.
type stage struct {
	server  *apiserver.Server
	client  *http.Client
	url     string
	audit   *auditLog
	webhook *apiserver.Webhook
	cli     string
	// config is the file that both read.
	config string
	// schemas is what the command line does about objects of the wrong shape.
	schemas string
	// requests counts them: their audit IDs tell them apart.
	requests atomic.Int64
	// namespaces are those that are there.
	namespaces sync.Map
	seen       seen
	// leftAlone are the units that needed an exception.
	leftAlone sync.Map
	// crowdable is what inACrowd has found out, by the names of units.
	crowdable sync.Map
}

func newStage(t *testing.T) *stage {
	t.Helper()
	server := apiserver.ForTestWith(t, apiserver.Options{Patches: true})
	client, err := rest.HTTPClientFor(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	url, _, err := rest.DefaultServerUrlFor(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{
		server: server, client: client, url: strings.TrimSuffix(url.String(), "/"), cli: apiserver.CommandLineForTest(t),
		schemas: "enforce", audit: &auditLog{path: server.AuditLog(), events: map[string]event{}},
		config: filepath.Join(t.TempDir(), "cmkgate.yaml"),
	}
	s.configure(t, configurations.All()[0])
	if s.webhook, err = server.StartWebhook(t.Context(), apiserver.WebhookForTest(t), s.config, "--lookup-wait", "20ms"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.webhook.Terminate(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// configure writes the configuration of both, in one step, and returns its hash.
func (s *stage) configure(t *testing.T, c configurations.Configuration) string {
	t.Helper()
	read, err := config.Load(c.Name, []byte(c.Text), policies.All())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.config+".new", []byte(c.Text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.config+".new", s.config); err != nil {
		t.Fatal(err)
	}
	return read.Hash
}

// under has the webhook reload another configuration.
func (s *stage) under(t *testing.T, c configurations.Configuration) *judges {
	t.Helper()
	if err := s.webhook.AwaitConfig(t.Context(), s.configure(t, c)); err != nil {
		t.Fatal(err)
	}
	return &judges{stage: s, config: s.config}
}

// judges are both sides, under one configuration.
type judges struct {
	*stage
	crowd
	config string
}
