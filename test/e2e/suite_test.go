package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
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

	"github.com/cmkgate/cmkgate/test/apiserver"
)

const (
	namespace     = "cmkgate-system"
	loadNamespace = "e2e-load"
	replicas      = 2
)

var trainingJobs = schema.GroupVersionResource{Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Resource: "trainingjobs"}

// suite is a cluster with cmkgate on it.
type suite struct {
	node    node
	config  *rest.Config
	clients *kubernetes.Clientset
	objects dynamic.Interface
	helm    helm
	figures *figures
	round   int64 // distinguishes the objects of one run from those of another
}

// TestReliability goes through what happens to cmkgate in production, one after the other on one cluster. Each part
// begins with a release that works.
func TestReliability(t *testing.T) {
	s := newSuite(t)
	t.Cleanup(func() { s.figures.publish(t) })
	t.Run("LegacyObjects", s.legacyObjects)
	t.Run("FirstTrainingJob", s.firstTrainingJob)
	t.Run("RollingUpgrade", s.rollingUpgrade)
	t.Run("Rotation", s.rotation)
	t.Run("KillOneReplica", s.killOne)
	t.Run("AllReplicasDown", s.allDown)
	t.Run("ClusterRestart", s.clusterRestart)
	t.Run("HostileInput", s.hostile)
	t.Run("Memory", s.memory)
	t.Run("Uninstall", s.uninstall)
	t.Run("UninstallWithoutPods", s.uninstallWithoutPods)
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	n, config := findNode(t)
	config.QPS, config.Burst = -1, 0
	config.WarningHandler = rest.NoWarnings{} // those about injected keys are not the point here
	s := &suite{node: n, config: config, helm: newHelm(t, config), figures: &figures{}, round: time.Now().Unix()}
	var err error
	if s.clients, err = kubernetes.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	if s.objects, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	if err := n.importImage(t.Context(), os.Getenv(imageVariable)); err != nil {
		t.Fatal(err)
	}
	crds, err := apiserver.CRDPaths(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{Paths: crds, ErrorIfPathMissing: true}); err != nil {
		t.Fatal(err)
	}
	s.helm.remove(t) // of an earlier run
	s.namespace(t, loadNamespace)
	return s
}

// namespace makes a namespace, unless it is there, and removes what earlier runs left in it.
func (s *suite) namespace(t *testing.T, name string) {
	t.Helper()
	_, err := s.clients.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	s.clear(t, name)
}

// clear removes the TrainingJobs of a namespace.
func (s *suite) clear(t *testing.T, name string) {
	t.Helper()
	if err := s.objects.Resource(trainingJobs).Namespace(name).DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
		t.Fatal(err)
	}
}

// install makes sure that a release with the given values is there and works.
func (s *suite) install(t *testing.T, values ...string) {
	t.Helper()
	s.helm.upgrade(t, values...)
	s.works(t)
}

// works waits until all replicas are ready and a TrainingJob gets its key, which is all that the API server needs to
// know of the release.
func (s *suite) works(t *testing.T) {
	t.Helper()
	eventually(t, "all replicas to be ready", s.ready)
	eventually(t, "a TrainingJob to get its key", s.tryJob)
}

func (s *suite) ready(ctx context.Context) error {
	d, err := s.clients.AppsV1().Deployments(namespace).Get(ctx, "cmkgate", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if d.Status.ObservedGeneration < d.Generation || d.Status.ReadyReplicas != replicas || d.Status.UpdatedReplicas != replicas || d.Status.Replicas != replicas {
		return fmt.Errorf("%d of %d replicas are ready", d.Status.ReadyReplicas, replicas)
	}
	return nil
}

// pods are the replicas that are not about to end.
func (s *suite) pods(ctx context.Context) ([]corev1.Pod, error) {
	list, err := s.clients.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=cmkgate"})
	if err != nil {
		return nil, err
	}
	var pods []corev1.Pod
	for _, pod := range list.Items {
		if pod.DeletionTimestamp == nil && pod.Status.Phase == corev1.PodRunning {
			pods = append(pods, pod)
		}
	}
	if len(pods) == 0 {
		return nil, errors.New("there are no replicas")
	}
	return pods, nil
}

// firstTrainingJob is the least: what the chart installed is asked, and answers.
func (s *suite) firstTrainingJob(t *testing.T) {
	s.install(t)
	if err := s.createJob(t.Context()); err != nil {
		t.Error(err)
	}
	bad := trainingJob()
	if err := unstructured.SetNestedField(bad.Object, "alias/aws/s3", "spec", "outputDataConfig", "kmsKeyID"); err != nil {
		t.Fatal(err)
	}
	if err := s.create(t.Context(), bad); !apierrors.IsForbidden(err) {
		t.Errorf("a key of AWS: %v", err)
	}
}

// trainingJob sets no key.
func trainingJob() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "TrainingJob",
		"metadata": map[string]any{"generateName": "load-", "namespace": loadNamespace},
		"spec": map[string]any{
			"trainingJobName": "load", "roleARN": "arn:aws:iam::111122223333:role/x",
			"algorithmSpecification": map[string]any{"trainingInputMode": "File"},
			"outputDataConfig":       map[string]any{"s3OutputPath": "s3://b/o"},
			"resourceConfig":         map[string]any{"instanceType": "ml.m5.xlarge", "instanceCount": int64(1)},
			"stoppingCondition":      map[string]any{"maxRuntimeInSeconds": int64(60)},
		},
	}}
}

// eventually waits at most two minutes.
func eventually(t *testing.T, what string, ready func(context.Context) error) {
	t.Helper()
	eventuallyWithin(t, 2*time.Minute, what, ready)
}

func eventuallyWithin(t *testing.T, patience time.Duration, what string, ready func(context.Context) error) {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		err := ready(t.Context())
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waiting for %s: %v", what, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
