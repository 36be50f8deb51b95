package apiserver_test

import (
	"os"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

const controller = "system:serviceaccount:ack-system:ack-sagemaker-controller"

func TestServer(t *testing.T) {
	begin := time.Now()
	server := apiserver.ForTest(t)
	t.Logf("up after %s", time.Since(begin).Round(time.Millisecond))

	t.Run("serves every CRD", func(t *testing.T) { checkCRDs(t, server) })
	t.Run("kubectl", func(t *testing.T) { checkKubectl(t, server) })
	t.Run("acts as somebody else", func(t *testing.T) { checkUser(t, server) })
	t.Run("knows a service account and a user by their kubeconfigs", func(t *testing.T) { checkKubeconfigs(t, server) })
	t.Run("tells why the webhook did not start", func(t *testing.T) { checkBrokenWebhook(t, server) })
	t.Run("calls the webhook", func(t *testing.T) { checkWebhook(t, server) })
}

func checkCRDs(t *testing.T, server *apiserver.Server) {
	t.Helper()
	clients, err := clientset.NewForConfig(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	crds, err := clients.ApiextensionsV1().CustomResourceDefinitions().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]int{}
	for _, crd := range crds.Items {
		for _, condition := range crd.Status.Conditions {
			if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
				served[crd.Spec.Group]++
			}
		}
	}
	if served["sagemaker.services.k8s.aws"] != 26 || served["s3.services.k8s.aws"] != 1 {
		t.Errorf("want 26 kinds of SageMaker and the Bucket, the API server serves %v", served)
	}
}

func checkKubectl(t *testing.T, server *apiserver.Server) {
	t.Helper()
	missing, err := server.Kubectl(t.Context(), nil, "get", "endpoints.sagemaker.services.k8s.aws", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	if missing.Code != 1 || !strings.Contains(missing.Stderr, "NotFound") {
		t.Errorf("want exit code 1 and NotFound, got %+v", missing)
	}

	if applied := applyBucket(t, server); applied.Code != 0 || !strings.Contains(applied.Stdout, "bucket.s3.services.k8s.aws/b created") {
		t.Errorf("want a Bucket created, got %+v", applied)
	}

	audit, err := os.ReadFile(server.AuditLog())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(audit), `"resource":"buckets"`) {
		t.Errorf("the audit log does not tell of the Bucket:\n%s", audit)
	}
}

func checkUser(t *testing.T, server *apiserver.Server) {
	t.Helper()
	clients, err := kubernetes.NewForConfig(server.UserConfig(controller, "system:serviceaccounts"))
	if err != nil {
		t.Fatal(err)
	}
	review := &authenticationv1.SelfSubjectReview{}
	self, err := clients.AuthenticationV1().SelfSubjectReviews().Create(t.Context(), review, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if self.Status.UserInfo.Username != controller {
		t.Errorf("want to be %s, am %s", controller, self.Status.UserInfo.Username)
	}
	if _, err := clients.CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{}); err == nil {
		t.Error("a user without rights can list Secrets: RBAC is not in force")
	}
	if err := server.GrantAll(t.Context(), controller); err != nil {
		t.Fatal(err)
	}
	if _, err := clients.CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{}); err != nil {
		t.Errorf("after GrantAll: %v", err)
	}
}

func checkKubeconfigs(t *testing.T, server *apiserver.Server) {
	t.Helper()
	const username = "arn:aws:sts::111122223333:assumed-role/ack/session"
	user, err := server.UserKubeconfig(username)
	if err != nil {
		t.Fatal(err)
	}
	checkWhoAmI(t, user, username)

	const service = "sagemaker"
	if created, err := server.Kubectl(t.Context(), nil, "create", "namespace", apiserver.ControllerNamespace); err != nil || created.Code != 0 {
		t.Fatal(err, created.Stderr)
	}
	if err := server.InstallControllerRBAC(t.Context(), service); err != nil {
		t.Fatal(err)
	}
	account, err := server.ServiceAccountKubeconfig(t.Context(), apiserver.ControllerNamespace, "ack-sagemaker-controller")
	if err != nil {
		t.Fatal(err)
	}
	checkWhoAmI(t, account, controller)
}

func checkWhoAmI(t *testing.T, kubeconfig, want string) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	self, err := clients.AuthenticationV1().SelfSubjectReviews().
		Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if self.Status.UserInfo.Username != want {
		t.Errorf("want to be %s, am %s", want, self.Status.UserInfo.Username)
	}
}
