package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

var endpointConfig = catalog.Kind{Group: catalog.SageMaker, Name: "EndpointConfig"}

func worldOf(text, namespace string) *World {
	world := NewWorld()
	survey, err := NewFactReader(namespace, "ack-system")
	if err != nil {
		panic(err)
	}
	var s Splitter
	for doc, problem := range s.Documents("f", 0, strings.NewReader(text)) {
		if problem != nil {
			continue
		}
		parsed := doc.Parse()
		for _, fact := range survey.Facts(&parsed) {
			world.Add(fact)
		}
	}
	world.Finish()
	return world
}

func TestWorldKeepsOnlyWhatPoliciesRead(t *testing.T) {
	world := worldOf(`
apiVersion: v1
kind: List
items:
- kind: Namespace
  apiVersion: v1
  metadata:
    name: team
    labels: {env: prod}
    annotations: {services.k8s.aws/default-region: us-east-1, note: x}
---
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: EndpointConfig
metadata:
  name: cfg
  annotations:
    services.k8s.aws/region: us-west-2
    kubectl.kubernetes.io/last-applied-configuration: "{}"
spec:
  endpointConfigName: churn
  kmsKeyID: alias/x
  tags: [{key: a, value: b}]
  productionVariants:
  - {variantName: a, instanceType: ml.m5.large, initialInstanceCount: 3}
  - {variantName: b, serverlessConfig: {maxConcurrency: 5}}
`, "from-flag")
	want := policies.Namespace{
		Name: "team", Labels: map[string]string{"env": "prod"},
		Annotations: map[string]string{"services.k8s.aws/default-region": "us-east-1"},
	}
	got, _ := world.Namespace("team")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	configs := world.Named(endpointConfig, "churn")
	if len(configs) != 1 || configs[0].Namespace != "from-flag" || !configs[0].Planned {
		t.Fatalf("got %+v", configs)
	}
	kept := tree.FromValue(map[string]any{
		"apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "EndpointConfig",
		"metadata": map[string]any{"name": "cfg", "annotations": map[string]any{"services.k8s.aws/region": "us-west-2"}},
		"spec": map[string]any{
			"endpointConfigName": "churn", "kmsKeyID": "alias/x",
			"productionVariants": []any{
				map[string]any{"instanceType": "ml.m5.large"},
				map[string]any{"serverlessConfig": map[string]any{"maxConcurrency": int64(5)}},
			},
		},
	})
	if !tree.Equal(kept, configs[0].Root) {
		t.Error("an EndpointConfig is not trimmed to what an Endpoint is evaluated by")
	}
}

func TestWorldKnowsWhatChoosesRoles(t *testing.T) {
	roles := worldOf(`
apiVersion: v1
kind: List
items:
- {apiVersion: services.k8s.aws/v1alpha1, kind: IAMRoleSelector, metadata: {name: a}, spec: {arn: "arn:aws:iam::111122223333:role/old"}}
- {apiVersion: services.k8s.aws/v1alpha1, kind: IAMRoleSelector, metadata: {name: a}, spec: {arn: "arn:aws:iam::111122223333:role/new"}}
- {apiVersion: services.k8s.aws/v1alpha1, kind: IAMRoleSelector, metadata: {name: b}, spec: {arn: invalid}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: ack-role-account-map, namespace: ack-system}, data: {"111122223333": x}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: ack-role-team-map}, data: {ml: elsewhere}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: ack-system}, data: {ml: other}}
`, "from-flag").Roles()
	want := policies.Roles{
		Selectors: []*policies.RoleSelector{{Name: "a", ARN: "arn:aws:iam::111122223333:role/new"}},
		Accounts:  map[string]string{"111122223333": "x"},
	}
	if diff := cmp.Diff(want, roles); diff != "" {
		t.Error(diff)
	}
}

// TestOddSpellingsAreSeen holds that no way to write a kind hides an object
// from the cheap test of a document's bytes.
func TestOddSpellingsAreSeen(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n",
		"apiVersion: v1\nkind: 'Namespace'\nmetadata: {name: x}\n",
		"apiVersion: v1\nkind: \"Name\\x73pace\"\nmetadata: {name: x}\n",
		"apiVersion: v1\nkind: \"Name\\u0073pace\"\nmetadata: {name: x}\n",
		"apiVersion: v1\nkind: \"Name\\\n  space\"\nmetadata: {name: x}\n",
		"a: &k Namespace\napiVersion: v1\nkind: *k\nmetadata: {name: x}\n",
		"base: &b {kind: Namespace}\n<<: *b\napiVersion: v1\nmetadata: {name: x}\n",
		"{\"apiVersion\": \"v1\", \"kind\": \"\\u004eamespace\", \"metadata\": {\"name\": \"x\"}}\n",
		"? kind\n: Namespace\n? apiVersion\n: v1\n? metadata\n: {name: x}\n",
		"apiVersion: v1\nkind: !!str Namespace\nmetadata: {name: x}\n",
		utf16LE("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n"),
	} {
		if _, ok := worldOf(text, "").Namespace("x"); !ok {
			t.Errorf("not seen: %q", text)
		}
	}
}

func TestEndpointConfigsComeInAnOrderOfTheirOwn(t *testing.T) {
	const config = "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: EndpointConfig\nmetadata: {name: NAME, namespace: NS}\nspec: {endpointConfigName: e}\n---\n"
	var text string
	for _, name := range []string{"b/x", "a/z", "a/w"} {
		ns, name, _ := strings.Cut(name, "/")
		text += strings.NewReplacer("NAME", name, "NS", ns).Replace(config)
	}
	var got []string
	for _, o := range worldOf(text, "").Named(endpointConfig, "e") {
		got = append(got, o.Namespace+"/"+o.Name)
	}
	if diff := cmp.Diff([]string{"a/w", "a/z", "b/x"}, got); diff != "" {
		t.Error(diff)
	}
}
