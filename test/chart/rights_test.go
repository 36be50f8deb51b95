package chart

import (
	"path/filepath"
	"testing"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// rightsSuffice runs the binary with the rights of the chart and no others:
// whoever cannot watch what it needs never becomes ready.
func (c cluster) rightsSuffice(t *testing.T) {
	binary := apiserver.WebhookForTest(t)
	for _, values := range []string{"minimal", "cert-manager"} {
		r := render(t, "-f", "testdata/values/"+values+".yaml", "--show-only", "templates/rbac.yaml")
		c.server.MustApply(t, r.text)
		webhook, err := c.server.StartWebhook(t.Context(), binary, "../../config/samples/minimal.yaml",
			"--kubeconfig", c.kubeconfigOf(t, "cmkgate"), "--webhook-configuration", "cmkgate")
		if err != nil {
			t.Fatal(values, err)
		}
		if err := webhook.Stop(t.Context()); err != nil {
			t.Error(values, err)
		}
	}
}

// kubeconfigOf is a kubeconfig with the rights of a service account.
func (c cluster) kubeconfigOf(t *testing.T, account string) string {
	t.Helper()
	kubeconfig, err := clientcmd.LoadFromFile(c.server.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range kubeconfig.AuthInfos {
		user.Impersonate = "system:serviceaccount:" + namespace + ":" + account
		user.ImpersonateGroups = []string{"system:serviceaccounts", "system:authenticated"}
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*kubeconfig, file); err != nil {
		t.Fatal(err)
	}
	return file
}
