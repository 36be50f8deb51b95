package argocd

import (
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// suite is an Argo CD in front of an API server that asks cmkgate.
type suite struct {
	*argoCD

	server *apiserver.Server
}

// TestArgoCD goes through what needs no pods.
func TestArgoCD(t *testing.T) {
	s := newSuite(t)
	t.Run("InjectedKeys", s.injectedKeys)
	t.Run("IgnoredKeys", s.ignoredKeys)
	t.Run("Denials", s.denials)
	t.Run("Plugin", s.plugin)
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	binaries(t)
	log.SetLogger(logr.Discard()) // or envtest complains that nobody did
	server := apiserver.ForTest(t)
	binary := apiserver.WebhookForTest(t)
	webhook, err := server.StartWebhook(t.Context(), binary, "../gitops/testdata/manifests/cmkgate.yaml")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := webhook.Terminate(); err != nil {
			t.Error(err)
		}
	})
	return &suite{startArgoCD(t, server.Config(), server.Kubeconfig()), server}
}
