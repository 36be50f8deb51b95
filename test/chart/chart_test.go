package chart

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDefaultValues shows what an installer gets, the webhooks aside, which
// TestWebhooksAreThoseOfTheCatalog holds.
func TestDefaultValues(t *testing.T) {
	var kept []string
	for text := range strings.SplitSeq(render(t, "-f", "testdata/values/minimal.yaml").text, "\n---\n") {
		if !strings.Contains(text, "WebhookConfiguration\n") {
			kept = append(kept, text)
		}
	}
	got := strings.Join(kept, "\n---\n")
	const file = "testdata/minimal.golden.yaml"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got; 'go test ./test/chart -update' writes it anew:\n%s", diff)
	}
}

func TestEveryObjectIsTheReleasesOwn(t *testing.T) {
	clusterWide := regexp.MustCompile(`^(Cluster|Mutating|ValidatingAdmission|ValidatingWebhook)`)
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		for _, o := range r.objects {
			name := o.GetKind() + " " + o.GetName()
			own := []string{namespace}
			if strings.HasPrefix(o.GetKind(), "Role") && o.GetAnnotations()["helm.sh/hook"] == "test" {
				own = append(own, "ml") // the namespace that full.yaml has tested
			}
			if clusterWide.MatchString(o.GetKind()) != (o.GetNamespace() == "") || o.GetNamespace() != "" && !slices.Contains(own, o.GetNamespace()) {
				t.Errorf("%s: namespace %q", name, o.GetNamespace())
			}
			if o.GetLabels()["app.kubernetes.io/instance"] != "cmkgate" {
				t.Errorf("%s: labels %v", name, o.GetLabels())
			}
		}
		for _, left := range []string{"<no value>", "CONTROLLERS", "%!", "null"} {
			if regexp.MustCompile(`(: |')` + left).MatchString(r.text) {
				t.Errorf("a template left %q", left)
			}
		}
	})
}

func TestOwnLabelsAndAnnotationsReachEveryObject(t *testing.T) {
	r := render(t, "-f", "testdata/values/full.yaml")
	pod := only[*appsv1.Deployment](t, r).Spec.Template
	if pod.Labels["team"] != "platform" || pod.Labels["sidecar.istio.io/inject"] != "false" || pod.Annotations["example.com/pod"] != "1" {
		t.Errorf("pods: %v %v", pod.Labels, pod.Annotations)
	}
	for _, o := range r.objects {
		if o.GetLabels()["team"] != "platform" || o.GetAnnotations()["example.com/owner"] != "platform" {
			t.Errorf("%s %s: %v %v", o.GetKind(), o.GetName(), o.GetLabels(), o.GetAnnotations())
		}
	}
}

// TestFlagsAreThoseOfTheBinary asks the binary: a flag that it does not know
// stops it before --help is read.
func TestFlagsAreThoseOfTheBinary(t *testing.T) {
	binary := apiserver.WebhookForTest(t)
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		args := only[*appsv1.Deployment](t, r).Spec.Template.Spec.Containers[0].Args
		code, output := exitCode(t.Context(), binary, append(slices.Clone(args), "--help")...)
		if code != 0 {
			t.Errorf("%v: exit code %d\n%s", args, code, output)
		}
	})
}

// TestClusterRightsAreWhatTheWebhookWatches checks the rights against the
// code: one more lookup needs one more right, and nothing else does.
func TestClusterRightsAreWhatTheWebhookWatches(t *testing.T) {
	want := []string{
		"/namespaces", "/configmaps ack-role-account-map ack-role-team-map", policies.RoleSelectorGroup + "/iamroleselectors",
		"admissionregistration.k8s.io/mutatingwebhookconfigurations cmkgate", "admissionregistration.k8s.io/validatingwebhookconfigurations cmkgate",
	}
	for _, l := range catalog.Lookups() {
		want = append(want, l.Kind.Group+"/"+l.Kind.Resource())
	}
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		var got []string
		for _, rule := range clusterRole(t, r, "cmkgate").Rules {
			// Who may update is held by TestOnlyTheSelfManagedModeWrites.
			if verbs := slices.DeleteFunc(slices.Clone(rule.Verbs), func(v string) bool { return v == "update" }); !slices.Equal(verbs, []string{"get", "list", "watch"}) {
				t.Errorf("%v: %v", rule.Resources, rule.Verbs)
			}
			for _, resource := range rule.Resources {
				got = append(got, strings.Join(append([]string{rule.APIGroups[0] + "/" + resource}, rule.ResourceNames...), " "))
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestOnlyTheSelfManagedModeWrites(t *testing.T) {
	eachValues(t, func(t *testing.T, r rendered) {
		t.Helper()
		self := strings.Contains(r.text, "--cert-mode=self")
		writes := 0
		rules := slices.Clone(clusterRole(t, r, "cmkgate").Rules)
		for _, o := range r.objects {
			if role, ok := o.typed.(*rbacv1.Role); ok {
				rules = append(rules, role.Rules...)
			}
		}
		for _, rule := range rules {
			if !slices.Contains(rule.Verbs, "update") {
				continue
			}
			writes++
			if len(rule.ResourceNames) != 1 {
				t.Errorf("writes %v without a name", rule.Resources)
			}
		}
		if self && writes != 2 || !self && writes != 0 {
			t.Errorf("%d rules let the webhook write", writes)
		}
	})
}

func clusterRole(t *testing.T, r rendered, name string) *rbacv1.ClusterRole {
	t.Helper()
	for _, o := range r.objects {
		if role, ok := o.typed.(*rbacv1.ClusterRole); ok && role.Name == name {
			return role
		}
	}
	t.Fatalf("no ClusterRole %s", name)
	return nil
}
