package argocd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// The Makefile says where Argo CD and kustomize are.
const (
	binariesVariable  = "CMKGATE_ARGOCD_BIN"
	kustomizeVariable = "CMKGATE_KUSTOMIZE"
)

// namespace is where Argo CD keeps its own objects.
const namespace = "argocd"

// How long a process may take to end, and a state to come about on a busy machine.
const (
	grace    = 20 * time.Second
	patience = 2 * time.Minute
)

var (
	applications = schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "applications"}
	projects     = schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "appprojects"}
)

// argoCD is an Argo CD that syncs to the cluster in which it keeps its objects.
type argoCD struct {
	dir        string
	kubeconfig string
	binaries   string
	clients    *kubernetes.Clientset
	objects    dynamic.Interface
	repository *repository
}

// startArgoCD installs Argo CD's kinds and starts its processes.
func startArgoCD(t *testing.T, config *rest.Config, kubeconfig string) *argoCD {
	t.Helper()
	a := &argoCD{kubeconfig: kubeconfig, binaries: binaries(t), dir: shortDir(t)}
	config = rest.CopyConfig(config)
	config.WarningHandler = rest.NoWarnings{}
	var err error
	if a.clients, err = kubernetes.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	if a.objects, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	a.install(t, config)
	for _, folder := range []string{"plugins", "tls", "ssh", "bin", "tmp"} {
		if err := os.Mkdir(filepath.Join(a.dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(os.Getenv(kustomizeVariable), filepath.Join(a.dir, "bin", "kustomize")); err != nil {
		t.Fatal(err)
	}
	a.repository = newRepository(t)
	ports := freePorts(t, 4)
	redis, repo := "127.0.0.1:"+ports[0], "127.0.0.1:"+ports[1]
	a.start(t, "redis-server", "redis-server", "--bind", "127.0.0.1", "--port", ports[0], "--save", "", "--appendonly", "no", "--dir", a.dir)
	listening(t, redis)
	a.component(t, "argocd-repo-server", "--address", "127.0.0.1", "--port", ports[1], "--metrics-address", "127.0.0.1", "--metrics-port", ports[2],
		"--redis", redis)
	listening(t, repo)
	a.component(t, "argocd-application-controller", "--namespace", namespace, "--metrics-port", ports[3],
		"--redis", redis, "--repo-server", repo)
	return a
}

// binaries is the folder that make builds. Without it the test is skipped; without what it promises it fails.
func binaries(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(binariesVariable)
	if dir == "" {
		t.Skip(binariesVariable + " does not point at Argo CD: run 'make e2e-argocd'")
	}
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatalf("Argo CD keeps its cache in Redis: install redis-server: %v", err)
	}
	if os.Getenv(kustomizeVariable) == "" {
		t.Fatal(kustomizeVariable + " does not name kustomize: run 'make e2e-argocd'")
	}
	return dir
}

// shortDir is a temporary folder whose sockets have names short enough.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "argocd-") //nolint:usetesting // t.TempDir has the test's name in its own
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// install makes what Argo CD's own manifests make, as far as it matters here.
func (a *argoCD) install(t *testing.T, config *rest.Config) {
	t.Helper()
	crds := envtest.CRDInstallOptions{Paths: []string{filepath.Join(a.binaries, "crds")}, ErrorIfPathMissing: true}
	if _, err := envtest.InstallCRDs(config, crds); err != nil {
		t.Fatal(err)
	}
	a.namespace(t, namespace)
	labels := map[string]string{"app.kubernetes.io/part-of": "argocd"}
	meta := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name, Labels: labels} }
	core := a.clients.CoreV1()
	for _, name := range []string{"argocd-cm", "argocd-rbac-cm", "argocd-ssh-known-hosts-cm", "argocd-tls-certs-cm", "argocd-gpg-keys-cm"} {
		_, err := core.ConfigMaps(namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: meta(name)}, metav1.CreateOptions{})
		created(t, err)
	}
	secret := &corev1.Secret{ObjectMeta: meta("argocd-secret"), StringData: map[string]string{"server.secretkey": "test"}}
	_, err := core.Secrets(namespace).Create(t.Context(), secret, metav1.CreateOptions{})
	created(t, err)
	_, err = a.objects.Resource(projects).Namespace(namespace).Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": map[string]any{"name": "default"},
		"spec": map[string]any{
			"sourceRepos":              []any{"*"},
			"destinations":             []any{map[string]any{"server": "*", "namespace": "*"}},
			"clusterResourceWhitelist": []any{map[string]any{"group": "*", "kind": "*"}},
		},
	}}, metav1.CreateOptions{})
	created(t, err)
}

// created fails unless an object is there now.
func created(t *testing.T, err error) {
	t.Helper()
	if err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
}

func (a *argoCD) namespace(t *testing.T, name string) {
	t.Helper()
	_, err := a.clients.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	created(t, err)
}

// component starts a part of Argo CD: one binary that looks at the name it is called by.
func (a *argoCD) component(t *testing.T, name string, args ...string) {
	t.Helper()
	a.start(t, name, filepath.Join(a.binaries, "argocd"), args...)
}

// start runs a program until the test ends. Its log is shown where the test has failed.
func (a *argoCD) start(t *testing.T, name, binary string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(a.dir, name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = a.environment(name)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, a.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = grace
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // it was told to end
		_ = log.Close()
		if t.Failed() {
			t.Logf("%s ended with:\n%s", name, tail(log.Name()))
		}
	})
}

func tail(path string) string {
	const size = 3000
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-size):])
}

// environment has nothing of the machine's own settings but what finds programs.
func (a *argoCD) environment(binary string) []string {
	return []string{
		"PATH=" + strings.Join([]string{filepath.Join(a.dir, "bin"), a.binaries, os.Getenv("PATH")}, string(os.PathListSeparator)),
		"HOME=" + a.dir, "TMPDIR=" + filepath.Join(a.dir, "tmp"), "KUBECONFIG=" + a.kubeconfig,
		"ARGOCD_BINARY_NAME=" + binary,
		"ARGOCD_FAKE_IN_CLUSTER=true", // https://kubernetes.default.svc is the cluster of the kubeconfig
		"ARGOCD_GPG_ENABLED=false",
		"ARGOCD_PLUGINSOCKFILEPATH=" + filepath.Join(a.dir, "plugins"),
		"ARGOCD_CMP_WORKDIR=" + filepath.Join(a.dir, "cmp"),
		"ARGOCD_TLS_DATA_PATH=" + filepath.Join(a.dir, "tls"),
		"ARGOCD_SSH_DATA_PATH=" + filepath.Join(a.dir, "ssh"),
		"ARGOCD_ASK_PASS_SOCK=" + filepath.Join(a.dir, "ask-pass.sock"),
	}
}

// freePorts finds ports of the loopback interface that nobody listens on. They are held together before they are let go,
// so that no two are the same.
func freePorts(t *testing.T, count int) []string {
	t.Helper()
	var ports []string
	var held []net.Listener
	for range count {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, listener)
		_, port, err := net.SplitHostPort(listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	for _, listener := range held {
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return ports
}

func listening(t *testing.T, address string) {
	t.Helper()
	eventually(t, address+" to answer", func() error {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return err
		}
		return connection.Close()
	})
}

// eventually waits until ready has nothing to complain about.
func eventually(t *testing.T, what string, ready func() error) {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		err := ready()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waiting for %s: %v", what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

var errNotYet = errors.New("it is not so yet")

func notYet(now fmt.Stringer) error { return fmt.Errorf("%w: %s", errNotYet, now) }
