package admission

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// leastPrivilege makes a kubeconfig for a user with testdata/rbac.yaml's rights
// and no others.
func leastPrivilege(t *testing.T, server *apiserver.Server) string {
	t.Helper()
	rights, err := os.ReadFile("testdata/rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	server.MustApply(t, string(rights))
	config, err := clientcmd.LoadFromFile(server.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range config.AuthInfos {
		user.Impersonate = "system:serviceaccount:cmkgate-system:cmkgate"
		user.ImpersonateGroups = []string{"system:serviceaccounts", "system:authenticated"}
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	return path
}
