package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// image is what the archive of `make e2e` holds.
const image = "localhost/cmkgate:e2e"

// helm installs, upgrades and removes the release of the suite.
type helm struct {
	program string
	env     []string
}

func newHelm(t *testing.T, config *rest.Config) helm {
	t.Helper()
	h := helm{program: os.Getenv(helmVariable)}
	if h.program == "" {
		t.Fatalf("%s does not name helm: run the suite with 'make e2e'", helmVariable)
	}
	dir := t.TempDir()
	kubeconfig := filepath.Join(dir, "kubeconfig")
	err := clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters: map[string]*clientcmdapi.Cluster{"e2e": {
			Server: config.Host, CertificateAuthority: config.CAFile, CertificateAuthorityData: config.CAData,
		}},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{"e2e": {
			ClientCertificate: config.CertFile, ClientCertificateData: config.CertData,
			ClientKey: config.KeyFile, ClientKeyData: config.KeyData,
		}},
		Contexts:       map[string]*clientcmdapi.Context{"e2e": {Cluster: "e2e", AuthInfo: "e2e"}},
		CurrentContext: "e2e",
	}, kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	h.env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + kubeconfig}
	return h
}

func (h helm) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), h.program, args...)
	c.Env = h.env
	output, err := c.CombinedOutput()
	return string(output), err
}

// upgrade installs the release or upgrades it to just these values, given as flags, and waits for the replicas.
func (h helm) upgrade(t *testing.T, values ...string) {
	t.Helper()
	repository, tag, _ := strings.Cut(image, ":")
	args := []string{
		"upgrade", "--install", "cmkgate", "../../charts/cmkgate", "--namespace", namespace, "--create-namespace",
		"--values", "testdata/values.yaml", "--wait", "--timeout", "3m",
		"--set", "image.repository=" + repository, "--set", "image.tag=" + tag, "--set", "image.pullPolicy=IfNotPresent",
	}
	args = append(args, values...)
	if output, err := h.run(t, args...); err != nil {
		t.Fatalf("helm %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// remove uninstalls the release, if there is one.
func (h helm) remove(t *testing.T) {
	t.Helper()
	output, err := h.run(t, "uninstall", "cmkgate", "--namespace", namespace, "--wait", "--timeout", "3m", "--ignore-not-found")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("helm uninstall: %v\n%s", err, output)
	}
}
