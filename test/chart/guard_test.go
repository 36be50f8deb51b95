package chart

import (
	"slices"
	"strings"
	"testing"
)

// optOutHasNoBackDoor: the label gets onto a namespace by many requests. It
// follows optOutIsGuarded, which has made the users and their rights.
func (c cluster) optOutHasNoBackDoor(t *testing.T) {
	c.t = t
	const one = `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"opt-one-out"},
		"rules":[{"apiGroups":["cmkgate.io"],"resources":["namespaces"],"resourceNames":["other"],"verbs":["exempt"]}]}`
	if r := c.tryWith(one, "create", "-f", "-"); r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	c.kubectl("create", "clusterrolebinding", "opt-one-out", "--clusterrole=opt-one-out", "--user=dev")
	c.kubectl("create", "clusterrolebinding", "finish-namespaces-too", "--clusterrole=finish-namespaces", "--user=lead")
	namespace := func(metadata string) string {
		return `{"apiVersion":"v1","kind":"Namespace","metadata":{` + metadata + `"labels":{"cmkgate.io/exempt":"true"}}}`
	}
	sandbox := namespace(`"name":"sandbox",`)
	const labels = `[{"op":"add","path":"/metadata/labels","value":{"cmkgate.io/exempt":"true"}}]`
	for _, attack := range []struct {
		name, stdin string
		args        []string
	}{
		{"created", namespace(`"name":"fresh",`), []string{"create", "-f", "-"}},
		{"created under a generated name", namespace(`"generateName":"fresh-",`), []string{"create", "-f", "-"}},
		{"applied by the server", sandbox, []string{"apply", "--server-side", "-f", "-"}},
		{"applied to the status by the server", sandbox, []string{"apply", "--server-side", "--subresource=status", "-f", "-"}},
		{"replaced", sandbox, []string{"replace", "--raw", "/api/v1/namespaces/sandbox", "-f", "-"}},
		{"status replaced", sandbox, []string{"replace", "--raw", "/api/v1/namespaces/sandbox/status", "-f", "-"}},
		{"status patched", "", []string{"patch", "namespace", "sandbox", "--subresource=status", "--type=json", "-p", labels}},
		{"finalize without a name", namespace(""), []string{"replace", "--raw", "/api/v1/namespaces/sandbox/finalize", "-f", "-"}},
		{"finalize under another name", namespace(`"name":"other",`), []string{"replace", "--raw", "/api/v1/namespaces/sandbox/finalize", "-f", "-"}},
		{"status under another name", namespace(`"name":"other",`), []string{"replace", "--raw", "/api/v1/namespaces/sandbox/status", "-f", "-"}},
	} {
		r := c.tryWith(attack.stdin, slices.Concat(attack.args, []string{"--as", "dev"})...)
		if exempt := c.kubectl("get", "namespaces", "-l", "cmkgate.io/exempt=true", "-o", "name"); r.Code == 0 || exempt != "" {
			t.Fatalf("%s: %d %s %s %s", attack.name, r.Code, r.Stdout, r.Stderr, exempt)
		}
		t.Logf("%s: %s", attack.name, strings.TrimSpace(r.Stderr))
	}
	for _, way := range [][]string{
		{"replace", "--raw", "/api/v1/namespaces/sandbox/status", "-f", "-"},
		{"replace", "--raw", "/api/v1/namespaces/sandbox/finalize", "-f", "-"},
	} {
		if r := c.tryWith(sandbox, slices.Concat(way, []string{"--as", "lead"})...); r.Code != 0 {
			t.Errorf("who has the verb, by %v: %s", way, r.Stderr)
		}
		c.kubectl("label", "namespace", "sandbox", "cmkgate.io/exempt-")
	}
}

// accountHasNoOtherWay: what RBAC keeps from the service account, the policy need not see.
func (c cluster) accountHasNoOtherWay(t *testing.T) {
	c.t = t
	account := []string{"--as", "system:serviceaccount:" + namespace + ":cmkgate", "--as-group", "system:serviceaccounts"}
	const kinds = "mutatingwebhookconfigurations,validatingwebhookconfigurations"
	for _, args := range [][]string{
		{"delete", "validatingwebhookconfiguration", "cmkgate"},
		{"delete", kinds, "--all"},
		{"patch", "validatingwebhookconfiguration", "cmkgate", "--type=merge", "-p", `{"webhooks":[]}`},
		{"create", "-f", "-"},
		{"delete", "validatingadmissionpolicy", "cmkgate-guard"},
		{"delete", "validatingadmissionpolicybinding", "cmkgate-guard"},
		{"label", "namespace", "default", "cmkgate.io/exempt=true"},
	} {
		const other = `{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"other"}}`
		if r := c.tryWith(other, slices.Concat(args, account)...); r.Code == 0 || !strings.Contains(r.Stderr, "orbidden") {
			t.Errorf("%v: %d %s %s", args, r.Code, r.Stdout, r.Stderr)
		}
	}
}
