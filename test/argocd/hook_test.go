package argocd

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// imageVariable names cmkgate's image as the nodes of KUBECONFIG's cluster have it.
const imageVariable = "CMKGATE_HOOK_IMAGE"

// TestHook runs the PreSync hook in a pod, on a cluster without the webhook: nothing else could stop the sync.
func TestHook(t *testing.T) {
	image := os.Getenv(imageVariable)
	if image == "" {
		t.Skip(imageVariable + " does not name an image: run 'make e2e-argocd-hook'")
	}
	a := onCluster(t)
	const documented = "image: ghcr.io/cmkgate/cmkgate:v0.1.0\n"
	hook := read(t, "argocd/hook.yaml")
	if !strings.Contains(hook, documented) {
		t.Fatalf("the hook has no line %q", documented)
	}
	hook = strings.Replace(hook, documented, "image: "+image+"\n", 1)

	t.Run("LetsPassWhatIsRight", func(t *testing.T) {
		app := a.hooked(t, "hook-right", hook, job(t))
		if now := app.sync(t); now.OperationState.Phase != "Succeeded" || !app.exists(t, jobs, "churn") {
			t.Errorf("%s", now)
		}
		if said := app.hookLog(t); !strings.Contains(said, "1 object") {
			t.Errorf("the hook looked at %q", said)
		}
		app.synced(t)
	})
	t.Run("StopsTheSyncOfWhatIsWrong", func(t *testing.T) {
		app := a.hooked(t, "hook-wrong", hook, wrong(t))
		now := app.sync(t)
		if now.OperationState.Phase != "Failed" || now.result("cmkgate") != "Job has reached the specified backoff limit" || app.exists(t, jobs, "churn") {
			t.Errorf("%s", now)
		}
		if said := app.hookLog(t); !strings.Contains(said, "TrainingJob "+app.name+"/churn: "+denied) {
			t.Errorf("the hook's log is %q", said)
		}
		app.commitHooked(t, hook, job(t))
		app.refresh(t)
		if now := app.sync(t); now.OperationState.Phase != "Succeeded" || !app.exists(t, jobs, "churn") {
			t.Errorf("fixed: %s", now)
		}
	})
	t.Run("AsAPodSaysWhyInTheApplication", func(t *testing.T) {
		app := a.hooked(t, "hook-pod", asPod(t, hook), wrong(t))
		if now := app.sync(t); now.OperationState.Phase != "Failed" || !strings.Contains(now.result("cmkgate"), denied) || app.exists(t, jobs, "churn") {
			t.Errorf("%s", now)
		}
	})
}

// hooked is an Application with a hook and one more manifest.
func (a *argoCD) hooked(t *testing.T, name, hook, manifest string) *application {
	t.Helper()
	app := &application{argoCD: a, name: name + "-" + strconv.FormatInt(time.Now().Unix(), 36)} // the cluster may have seen this test before
	app.commitHooked(t, hook, manifest)
	t.Cleanup(func() { app.remove(t) })
	return a.apply(t, app.name)
}

func (a *application) commitHooked(t *testing.T, hook, manifest string) {
	t.Helper()
	a.repository.commit(t, a.name, map[string]string{
		"kustomization.yaml": read(t, "argocd/kustomization.yaml"), "cmkgate-hook.yaml": hook,
		"cmkgate.yaml": read(t, "manifests/cmkgate.yaml"), "job.yaml": manifest,
	})
}

// asPod makes a bare pod of the Job.
func asPod(t *testing.T, hook string) string {
	t.Helper()
	var job struct {
		Metadata map[string]any
		Spec     struct {
			Template struct{ Spec map[string]any }
		}
	}
	if err := yaml.Unmarshal([]byte(hook), &job); err != nil {
		t.Fatal(err)
	}
	pod, err := yaml.Marshal(map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": job.Metadata, "spec": job.Spec.Template.Spec})
	if err != nil {
		t.Fatal(err)
	}
	return string(pod)
}

// onCluster starts Argo CD for the cluster of KUBECONFIG.
func onCluster(t *testing.T) *argoCD {
	t.Helper()
	log.SetLogger(logr.Discard()) // or envtest complains that nobody did
	kubeconfig := os.Getenv("KUBECONFIG")
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	crds, err := apiserver.CRDPaths(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{Paths: crds, ErrorIfPathMissing: true}); err != nil {
		t.Fatal(err)
	}
	return startArgoCD(t, config, kubeconfig)
}

// hookLog is what the hook's last pod has written.
func (a *application) hookLog(t *testing.T) string {
	t.Helper()
	pods, err := a.clients.CoreV1().Pods(a.name).List(t.Context(), metav1.ListOptions{LabelSelector: "job-name=cmkgate"})
	if err != nil {
		t.Fatal(err)
	}
	if len(pods.Items) != 1 {
		t.Fatalf("the hook has %d pods", len(pods.Items))
	}
	said, err := a.clients.CoreV1().Pods(a.name).GetLogs(pods.Items[0].Name, &corev1.PodLogOptions{}).DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}
