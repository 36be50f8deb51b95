package chart

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/cert"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// TestInstallation goes through the life of a release at a real API server,
// which runs no pods.
func TestInstallation(t *testing.T) {
	findHelm(t)
	server := apiserver.ForTest(t)
	c := cluster{t, server}
	c.kubectl("create", "namespace", namespace)
	c.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted", "pod-security.kubernetes.io/warn=restricted")

	t.Run("an old cluster is refused", c.oldIsRefused)
	if warnings := c.mustHelm("install", "cmkgate"); strings.Contains(warnings, "Warning") {
		t.Errorf("the API server warns: %s", warnings)
	}
	t.Run("the API server takes a pod in a restricted namespace", c.podIsAdmitted)
	t.Run("a second installation is refused", c.secondIsRefused)
	t.Run("cmkgate's service account changes nothing of its webhook configurations but caBundle", c.configurationsAreGuarded)
	t.Run("only who has the verb exempt opts a namespace out", c.optOutIsGuarded)
	t.Run("the opt-out has no back door", c.optOutHasNoBackDoor)
	t.Run("cmkgate's service account has no other way", c.accountHasNoOtherWay)
	t.Run("an upgrade keeps the certificates of the self-managed mode", c.certificatesAreKept)
	t.Run("the pre-delete hook removes the webhooks", c.hookRemovesTheWebhooks)
	t.Run("uninstalling leaves nothing", c.nothingIsLeft)
	t.Run("the rights let the webhook become ready", c.rightsSuffice)
}

type cluster struct {
	t      *testing.T
	server *apiserver.Server
}

// kubectl returns what it printed, errors included.
func (c cluster) kubectl(args ...string) string {
	c.t.Helper()
	result := c.try(args...)
	if result.Code != 0 {
		c.t.Fatalf("kubectl %v: %s", args, result.Stderr)
	}
	return result.Stdout
}

func (c cluster) try(args ...string) apiserver.Result {
	c.t.Helper()
	return c.tryWith("", args...)
}

func (c cluster) tryWith(stdin string, args ...string) apiserver.Result {
	c.t.Helper()
	result, err := c.server.Kubectl(c.t.Context(), strings.NewReader(stdin), args...)
	if err != nil {
		c.t.Fatal(err)
	}
	return result
}

// helm installs or upgrades a release, without its hooks: nothing here runs pods.
func (c cluster) helm(verb, release string, args ...string) (string, error) {
	c.t.Helper()
	all := []string{verb, release, chartDir, "--no-hooks", "--namespace", namespace, "--values", "testdata/values/minimal.yaml", "--kubeconfig", c.server.Kubeconfig()}
	_, stderr, err := helm(c.t, append(all, args...)...)
	return stderr, err
}

func (c cluster) mustHelm(verb, release string, args ...string) string {
	c.t.Helper()
	stderr, err := c.helm(verb, release, args...)
	if err != nil {
		c.t.Fatalf("helm %s %s: %s", verb, release, stderr)
	}
	return stderr
}

// podIsAdmitted makes a pod of the Deployment's template: no controller does.
func (c cluster) podIsAdmitted(t *testing.T) {
	c.t = t
	var deployment struct {
		Spec struct {
			Template map[string]any `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal([]byte(c.kubectl("-n", namespace, "get", "deployment", "cmkgate", "-o", "json")), &deployment); err != nil {
		t.Fatal(err)
	}
	pod := deployment.Spec.Template
	pod["apiVersion"], pod["kind"] = "v1", "Pod"
	pod["metadata"] = map[string]any{"name": "one", "namespace": namespace}
	manifest, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	result, err := c.server.Kubectl(t.Context(), strings.NewReader(string(manifest)), "create", "--dry-run=server", "-f", "-")
	if err != nil || result.Code != 0 || strings.Contains(result.Stderr, "Warning") {
		t.Errorf("%v %s", err, result.Stderr)
	}
}

func (c cluster) secondIsRefused(t *testing.T) {
	c.t = t
	c.kubectl("create", "namespace", "elsewhere")
	for _, second := range []struct{ release, namespace, want string }{
		{"second", namespace, `key "meta.helm.sh/release-name" must equal "second": current value is "cmkgate"`},
		{"cmkgate", "elsewhere", `key "meta.helm.sh/release-namespace" must equal "elsewhere": current value is "cmkgate-system"`},
	} {
		stderr, err := c.helm("install", second.release, "--namespace", second.namespace)
		if err == nil || !strings.Contains(stderr, "exists and cannot be imported into the current release: invalid ownership metadata") || !strings.Contains(stderr, second.want) {
			t.Errorf("%v: %s", err, stderr)
		}
	}
	if left := c.kubectl("get", "all,secrets", "--namespace", "elsewhere", "-o", "name"); left != "" {
		t.Errorf("left: %s", left)
	}
}

// oldIsRefused puts a proxy before the API server that tells an older version.
func (c cluster) oldIsRefused(t *testing.T) {
	c.t = t
	transport, err := rest.TransportFor(c.server.Config())
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(c.server.Config().Host)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/version" {
			_, _ = io.WriteString(w, `{"major":"1","minor":"29","gitVersion":"v1.29.14-eks-f178ea2"}`)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	defer old.Close()
	const want = "chart requires kubeVersion: >=1.30.0-0 which is incompatible with Kubernetes v1.29.14-eks-f178ea2"
	if stderr, err := c.helm("install", "cmkgate", "--kube-apiserver", old.URL); err == nil || !strings.Contains(stderr, want) {
		t.Errorf("%v: %s", err, stderr)
	}
}

func (c cluster) optOutIsGuarded(t *testing.T) {
	c.t = t
	c.kubectl("create", "clusterrole", "label-namespaces", "--verb=get,create,update,patch", "--resource=namespaces")
	c.kubectl("create", "clusterrolebinding", "label-namespaces", "--clusterrole=label-namespaces", "--user=dev", "--user=lead")
	c.kubectl("create", "clusterrolebinding", "opt-out", "--clusterrole=cmkgate-opt-out", "--user=lead")
	c.kubectl("create", "namespace", "sandbox")
	label := func(user string, change string, more ...string) apiserver.Result {
		return c.try(append([]string{"label", "namespace", "sandbox", change, "--overwrite", "--as", user}, more...)...)
	}
	// The API server learns of a policy some time after it was stored.
	apiserver.Eventually(t, "the opt-out to be guarded", func(context.Context) error {
		if r := label("dev", "cmkgate.io/exempt=true", "--dry-run=server"); r.Code == 0 {
			return errors.New("everybody may opt out")
		}
		return nil
	})
	const want = "The label cmkgate.io/exempt exempts a namespace from cmkgate. Only who has the verb exempt on namespaces.cmkgate.io may set it"
	if r := label("dev", "cmkgate.io/exempt=true"); r.Code == 0 || !strings.Contains(r.Stderr, want) {
		t.Errorf("%d %s %s", r.Code, r.Stdout, r.Stderr)
	}
	// The subresources take a whole namespace, labels included.
	c.kubectl("create", "clusterrole", "finish-namespaces", "--verb=get,update,patch", "--resource=namespaces/status,namespaces/finalize")
	c.kubectl("create", "clusterrolebinding", "finish-namespaces", "--clusterrole=finish-namespaces", "--user=dev")
	const labeled = `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"sandbox","labels":{"cmkgate.io/exempt":"true"}}}`
	for _, args := range [][]string{
		{"patch", "namespace", "sandbox", "--subresource=status", "--type=merge", "-p", labeled, "--as", "dev"},
		{"replace", "--raw", "/api/v1/namespaces/sandbox/finalize", "-f", "-", "--as", "dev"},
	} {
		if r := c.tryWith(labeled, args...); r.Code == 0 || !strings.Contains(r.Stderr, want) {
			t.Errorf("%v: %d %s %s", args, r.Code, r.Stdout, r.Stderr)
		}
	}
	for _, step := range []struct{ user, change string }{
		{"dev", "cmkgate.io/exempt=false"}, {"dev", "team=a"}, {"lead", "cmkgate.io/exempt=true"},
		{"dev", "team=b"}, {"dev", "cmkgate.io/exempt-"},
	} {
		if r := label(step.user, step.change); r.Code != 0 {
			t.Errorf("%s sets %s: %s", step.user, step.change, r.Stderr)
		}
	}
}

// certificatesAreKept writes, with the rights that the chart gives, what cmkgate
// writes in the self-managed mode.
func (c cluster) certificatesAreKept(t *testing.T) {
	c.t = t
	clients, err := kubernetes.NewForConfig(c.server.UserConfig("system:serviceaccount:"+namespace+":cmkgate", "system:serviceaccounts"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "cmkgate"}, key)
	if err != nil {
		t.Fatal(err)
	}
	bundle := pem.EncodeToMemory(&pem.Block{Type: cert.CertificateBlockType, Bytes: ca.Raw})
	publish(t, clients, bundle)

	for _, args := range [][]string{
		{"--set", "webhooks.mutating.timeoutSeconds=7"},
		{"--set", "webhooks.mutating.timeoutSeconds=8", "--server-side=false"},
	} {
		c.mustHelm("upgrade", "cmkgate", args...)
		_, timeout, _ := strings.Cut(args[1], "=")
		seen := c.kubectl("get", "mutatingwebhookconfiguration,validatingwebhookconfiguration", "-o",
			`jsonpath={range .items[*].webhooks[*]}{.name} {.timeoutSeconds} {.clientConfig.caBundle}{"\n"}{end}`)
		if !strings.Contains(seen, "mutate.cmkgate.io "+timeout) {
			t.Errorf("%v: not upgraded", args)
		}
		for line := range strings.Lines(seen) {
			if !strings.Contains(line, base64.StdEncoding.EncodeToString(bundle)) {
				t.Errorf("%v: caBundle is lost: %s", args, line)
			}
		}
		if c.kubectl("-n", namespace, "get", "secret", "cmkgate-tls", "-o", `jsonpath={.data.ca}`) == "" {
			t.Errorf("%v: the Secret is emptied", args)
		}
	}
}

// configurationsAreGuarded: whoever has taken a replica over has the rights of
// its service account, and still cannot switch the webhooks off.
func (c cluster) configurationsAreGuarded(t *testing.T) {
	c.t = t
	const account = "system:serviceaccount:" + namespace + ":cmkgate"
	// The API server learns of a policy some time after it was stored.
	apiserver.Eventually(t, "the configurations to be guarded", func(context.Context) error {
		changed := c.try("patch", "validatingwebhookconfiguration", "cmkgate", "--type=merge", "-p", `{"webhooks":[]}`, "--dry-run=client", "-o", "json").Stdout
		if r := c.tryWith(changed, "replace", "-f", "-", "--as", account, "--dry-run=server"); r.Code == 0 {
			return errors.New("the service account may change them")
		}
		return nil
	})
	for _, patch := range []string{
		`[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]`,
		`[{"op":"replace","path":"/webhooks/0/timeoutSeconds","value":1}]`,
		`[{"op":"replace","path":"/webhooks/0/namespaceSelector","value":{"matchLabels":{"nobody":"has-it"}}}]`,
		`[{"op":"replace","path":"/webhooks/0/objectSelector","value":{"matchLabels":{"nobody":"has-it"}}}]`,
		`[{"op":"replace","path":"/webhooks/0/rules/0/operations","value":["CONNECT"]}]`,
		`[{"op":"replace","path":"/webhooks/0/rules","value":[]}]`,
		`[{"op":"replace","path":"/webhooks/0/matchConditions","value":[{"name":"never","expression":"false"}]}]`,
		`[{"op":"replace","path":"/webhooks/0/clientConfig/service/name","value":"elsewhere"}]`,
		`[{"op":"replace","path":"/webhooks/0/name","value":"other.cmkgate.io"}]`,
		`[{"op":"remove","path":"/webhooks/0"}]`,
		`[{"op":"replace","path":"/webhooks","value":[]}]`,
		`[{"op":"add","path":"/metadata/annotations/a","value":"b"}]`,
		`[{"op":"add","path":"/metadata/labels/a","value":"b"}]`,
		`[{"op":"add","path":"/metadata/finalizers","value":["example.com/keep"]}]`,
		`[{"op":"add","path":"/metadata/ownerReferences","value":[{"apiVersion":"v1","kind":"Namespace","name":"default","uid":"x"}]}]`,
	} {
		for _, kind := range []string{"mutatingwebhookconfiguration", "validatingwebhookconfiguration"} {
			patch := patch
			if kind == "mutatingwebhookconfiguration" { // which fails open already
				patch = strings.Replace(patch, "Ignore", "Fail", 1)
			}
			changed := c.try("patch", kind, "cmkgate", "--type=json", "-p", patch, "--dry-run=client", "-o", "json").Stdout
			if changed == "" {
				t.Fatalf("%s: the patch does not apply: %s", kind, patch)
			}
			if r := c.tryWith(changed, "replace", "-f", "-", "--as", account); r.Code == 0 || !strings.Contains(r.Stderr, "cmkgate's service account") {
				t.Errorf("%s %s: %d %s %s", kind, patch, r.Code, r.Stdout, r.Stderr)
			}
		}
	}
}

func publish(t *testing.T, clients kubernetes.Interface, bundle []byte) {
	t.Helper()
	secret, err := clients.CoreV1().Secrets(namespace).Get(t.Context(), "cmkgate-tls", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	secret.Data = map[string][]byte{"ca": bundle}
	_, err = clients.CoreV1().Secrets(namespace).Update(t.Context(), secret, metav1.UpdateOptions{})
	registered := clients.AdmissionregistrationV1()
	mutating, mutatingErr := registered.MutatingWebhookConfigurations().Get(t.Context(), "cmkgate", metav1.GetOptions{})
	validating, validatingErr := registered.ValidatingWebhookConfigurations().Get(t.Context(), "cmkgate", metav1.GetOptions{})
	if err := errors.Join(err, mutatingErr, validatingErr); err != nil {
		t.Fatal(err)
	}
	for i := range mutating.Webhooks {
		mutating.Webhooks[i].ClientConfig.CABundle = bundle
	}
	for i := range validating.Webhooks {
		validating.Webhooks[i].ClientConfig.CABundle = bundle
	}
	_, mutatingErr = registered.MutatingWebhookConfigurations().Update(t.Context(), mutating, metav1.UpdateOptions{})
	_, validatingErr = registered.ValidatingWebhookConfigurations().Update(t.Context(), validating, metav1.UpdateOptions{})
	if err := errors.Join(mutatingErr, validatingErr); err != nil {
		t.Fatal(err)
	}
}

func (c cluster) nothingIsLeft(t *testing.T) {
	c.t = t
	// Nothing here would run the hook's pod; hookRemovesTheWebhooks has shown what it does.
	if _, stderr, err := helm(t, "uninstall", "cmkgate", "--no-hooks", "--namespace", namespace, "--kubeconfig", c.server.Kubeconfig()); err != nil {
		t.Fatal(stderr)
	}
	const kinds = "mutatingwebhookconfigurations,validatingwebhookconfigurations,validatingadmissionpolicies,validatingadmissionpolicybindings," +
		"clusterroles,clusterrolebindings,roles,rolebindings,secrets,configmaps,services,serviceaccounts,deployments,poddisruptionbudgets,networkpolicies"
	if left := c.kubectl("get", kinds, "--all-namespaces", "-l", "app.kubernetes.io/name=cmkgate", "-o", "name"); left != "" {
		t.Errorf("left: %s", left)
	}
	if left := c.kubectl("get", "mutatingwebhookconfigurations,validatingwebhookconfigurations", "-o", "name"); left != "" {
		t.Errorf("left: %s", left)
	}
}
