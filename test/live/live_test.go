package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// there is what is in the cluster: a namespace that ACK works in another region for, a config with a key and one without.
const there = `
apiVersion: v1
kind: Namespace
metadata: {name: science}
---
apiVersion: v1
kind: Namespace
metadata: {name: far, annotations: {services.k8s.aws/default-region: us-east-1}}
---
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: EndpointConfig
metadata: {name: good, namespace: science}
spec:
  endpointConfigName: good
  kmsKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111
  productionVariants: [{variantName: a, modelName: m, instanceType: ml.m5.large, initialInstanceCount: 1}]
---
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: EndpointConfig
metadata: {name: keyless, namespace: science}
spec:
  endpointConfigName: keyless
  productionVariants: [{variantName: a, modelName: m, instanceType: ml.m5.large, initialInstanceCount: 1}]
`

func endpoint(namespace, config string) string {
	return "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: Endpoint\nmetadata: {name: e" + namespace + "}\n" +
		"spec: {endpointName: e, endpointConfigName: " + config + "}\n"
}

const bucket = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b, namespace: far}\nspec: {name: b}\n"

// readOnly are the rights that --cluster asks for.
const readOnly = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cmkgate-check}
rules:
- {apiGroups: [""], resources: [namespaces], verbs: [list]}
- {apiGroups: [""], resources: [configmaps], resourceNames: [ack-role-account-map, ack-role-team-map], verbs: [get]}
- {apiGroups: [services.k8s.aws], resources: [iamroleselectors], verbs: [list]}
- {apiGroups: [sagemaker.services.k8s.aws], resources: [endpointconfigs, pipelines, domains, endpoints, dataqualityjobdefinitions, modelbiasjobdefinitions, modelexplainabilityjobdefinitions, modelqualityjobdefinitions], verbs: [list]}
- {apiGroups: [s3.services.k8s.aws], resources: [buckets], verbs: [list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cmkgate-check}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cmkgate-check}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: pipeline}]
`

func TestCheckWithACluster(t *testing.T) {
	server := apiserver.ForTest(t)
	c := newCommand(t, server)
	server.MustApply(t, there+"---"+readOnly)
	c.kubeconfig = kubeconfig(t, server, "pipeline")

	t.Run("WhatIsThereCounts", func(t *testing.T) {
		c.expect(t, 0, "", endpoint(", namespace: science", "good"))
		c.expect(t, 1, `EndpointConfig "keyless"`, endpoint(", namespace: science", "keyless"))
		c.expect(t, 0, "unverifiable", endpoint(", namespace: science", "absent"))
	})
	t.Run("WithoutTheFlagItDoesNot", func(t *testing.T) {
		alone := c
		alone.kubeconfig = ""
		alone.expect(t, 0, "unverifiable", endpoint(", namespace: science", "keyless"))
	})
	t.Run("WhatTheManifestsBringTakesItsPlace", func(t *testing.T) {
		renamed := "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: EndpointConfig\nmetadata: {name: good, namespace: science}\n" +
			"spec: {endpointConfigName: renamed, kmsKeyID: \"arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111\", productionVariants: [{variantName: a, modelName: m, instanceType: ml.m5.large}]}\n"
		c.expect(t, 0, "unverifiable", renamed+"---\n"+endpoint(", namespace: science", "good"))
	})
	t.Run("ANamespaceSaysWhereACKWorks", func(t *testing.T) {
		c.expect(t, 1, "us-east-1", bucket)
		// What is applied comes on top of what is there.
		c.expect(t, 1, "us-east-1", "apiVersion: v1\nkind: Namespace\nmetadata: {name: far, labels: {team: a}}\n---\n"+bucket)
		c.expect(t, 0, "", "apiVersion: v1\nkind: Namespace\nmetadata: {name: far, annotations: {services.k8s.aws/default-region: eu-west-1}}\n---\n"+bucket)
	})
	t.Run("TheNamespaceOfTheContextIsThatOfObjectsThatNameNone", func(t *testing.T) {
		c.expect(t, 0, "Endpoint default/e", endpoint("", "absent"))
	})
	t.Run("ItOnlyReads", func(t *testing.T) {
		requests := requestsOf(t, server, "pipeline")
		if len(requests) == 0 {
			t.Error("the audit log has nothing of it")
		}
		for _, r := range requests {
			if r.Verb != "get" && r.Verb != "list" {
				t.Errorf("it asked for %s", r.Verb)
			}
		}
	})
	t.Run("FixAsksOnceAlthoughItLearnsTwice", func(t *testing.T) {
		before := len(requestsOf(t, server, "pipeline"))
		keyless := "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: EndpointConfig\nmetadata: {name: mine, namespace: science}\n" +
			"spec: {endpointConfigName: mine, productionVariants: [{variantName: a, modelName: m, instanceType: ml.m5.large}]}\n"
		c.expectOf(t, "fix", 0, "kmsKeyID: arn:", keyless+"---\n"+endpoint(", namespace: science", "mine"))
		asked := map[string]int{}
		for _, r := range requestsOf(t, server, "pipeline")[before:] {
			asked[r.RequestURI]++
		}
		if len(asked) == 0 {
			t.Error("the audit log has nothing of it")
		}
		for uri, n := range asked {
			if strings.Contains(uri, "limit=") && n != 1 {
				t.Errorf("%d requests for %s", n, uri)
			}
		}
	})
	t.Run("WhatItMayNotReadIsAnError", func(t *testing.T) {
		stranger := c
		stranger.kubeconfig = kubeconfig(t, server, "stranger")
		stranger.expect(t, 2, "Ask for permission to get and list it, or check without --cluster", bucket)
	})
	t.Run("NoClusterIsAnError", func(t *testing.T) {
		nowhere := c
		nowhere.kubeconfig = filepath.Join(t.TempDir(), "absent")
		nowhere.expect(t, 2, "kubectl has no current context", bucket)
	})
	t.Run("NoKubectlIsAnError", func(t *testing.T) {
		bare := c
		bare.kubectlDir = t.TempDir()
		bare.expect(t, 2, "Install it, or check without --cluster", bucket)
	})
	t.Run("ALongListIsReadInPages", func(t *testing.T) { readsPages(t, server, c) })
}

// readsPages makes more objects than one answer of the API server has.
func readsPages(t *testing.T, server *apiserver.Server, c command) {
	t.Helper()
	clients, err := kubernetes.NewForConfig(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1100 { // kubectl would send 50 a second
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("n-%d", i)}}
		if _, err := clients.CoreV1().Namespaces().Create(t.Context(), namespace, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	server.MustApply(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: zz, annotations: {services.k8s.aws/default-region: us-east-1}}\n")
	c.kubeconfig = server.Kubeconfig()
	c.expect(t, 1, "us-east-1", strings.ReplaceAll(bucket, "far", "zz"))
}

// command is the built cmkgate.
type command struct {
	binary, kubectlDir, kubeconfig string
}

func newCommand(t *testing.T, server *apiserver.Server) command {
	t.Helper()
	binary := apiserver.CommandLineForTest(t)
	return command{binary: binary, kubectlDir: filepath.Dir(server.KubectlPath())}
}

// expect checks manifests and expects an exit code and a text in what is printed.
func (c command) expect(t *testing.T, code int, want, manifests string) {
	t.Helper()
	c.expectOf(t, "check", code, want, manifests)
}

// expectOf is expect for another subcommand.
func (c command) expectOf(t *testing.T, subcommand string, code int, want, manifests string) {
	t.Helper()
	args := []string{subcommand, "--config", "../../config/samples/minimal.yaml", "-"}
	if c.kubeconfig != "" {
		args = append(args, "--cluster", "--kubeconfig", c.kubeconfig)
	}
	cmd := exec.CommandContext(t.Context(), c.binary, args...)
	cmd.Env = []string{"PATH=" + c.kubectlDir, "HOME=" + t.TempDir()}
	cmd.Stdin = strings.NewReader(manifests)
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), want) {
		t.Errorf("exit code %d (%v), want %d and %q in\n%s", got, err, code, want, out)
	}
}

func kubeconfig(t *testing.T, server *apiserver.Server, user string) string {
	t.Helper()
	path, err := server.UserKubeconfig(user)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// request is one for objects, as the audit log has it.
type request struct {
	Verb       string `json:"verb"`
	RequestURI string `json:"requestURI"`
	Stage      string `json:"stage"`
	User       struct {
		Username string `json:"username"`
	} `json:"user"`
}

// requestsOf are the requests of a user that were answered.
func requestsOf(t *testing.T, server *apiserver.Server, user string) (out []request) {
	t.Helper()
	log, err := os.ReadFile(server.AuditLog())
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(log) {
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r.User.Username == user && r.Stage == "ResponseComplete" {
			out = append(out, r)
		}
	}
	return out
}
