package flux

import (
	"encoding/json"
	"strings"
	"testing"
)

// judged are the kinds of the manifests, as kubectl wants them.
const judged = "trainingjobs,processingjobs,transformjobs,hyperparametertuningjobs,endpointconfigs," +
	"endpoints.sagemaker.services.k8s.aws,notebookinstances,featuregroups,dataqualityjobdefinitions," +
	"modelbiasjobdefinitions,modelexplainabilityjobdefinitions,modelqualityjobdefinitions,monitoringschedules," +
	"labelingjobs,modelpackages,domains,userprofiles,buckets.s3.services.k8s.aws"

// noDrift: Flux sees no difference between manifests without keys and objects with them, in lists neither, and leaves
// the keys in where it changes something else.
func (k *kustomization) noDrift(t *testing.T) {
	t.Parallel()
	k.ready(t)
	if got := k.s.shell(t, k.repository.dir, "cmkgate check --no-inject --config "+k.s.config+" ."); got.code != 1 {
		t.Fatalf("the manifests lack nothing: %+v", got)
	}
	k.keysAreThere(t)

	before := k.objects(t, judged)
	for range 3 {
		if ready := k.reconcile(t).condition("Ready"); ready.Status != "True" {
			t.Errorf("Ready is %+v", ready)
		}
	}
	if after := k.objects(t, judged); after != before {
		t.Errorf("objects have changed:\n%s\nwere\n%s", after, before)
	}

	const file = "endpointconfig.yaml"
	text := read(t, k.repository.dir+"/"+file)
	k.commit(t, map[string]string{file: strings.Replace(text, "initialSamplingPercentage: 10", "initialSamplingPercentage: 20", 1)})
	k.ready(t)
	if got := k.s.kubectl(t, "", "get", "endpointconfigs", "--namespace", k.name, "--output", "jsonpath={..initialSamplingPercentage}"); got != "20" {
		t.Errorf("the percentage is %s", got)
	}
	k.keysAreThere(t)

	// Who changes an element of a list must name its key: cmkgate cannot know that it is the one it was.
	k.commit(t, map[string]string{file: strings.Replace(text, "initialInstanceCount: 2", "initialInstanceCount: 3", 1)})
	if message := k.settle(t).condition("Ready").Message; !strings.Contains(message, "spec.productionVariants[0].coreDumpConfig.kmsKeyID: no KMS key is set") {
		t.Errorf("the message is\n%s", message)
	}
	k.commit(t, map[string]string{file: text})
	k.ready(t)
}

// keysAreThere has the command line look for missing keys in what the cluster has.
func (k *kustomization) keysAreThere(t *testing.T) {
	t.Helper()
	got := k.s.shell(t, k.repository.dir, "kubectl get "+judged+" --namespace "+k.name+" --output yaml | cmkgate check --no-inject --config "+k.s.config+" -",
		"KUBECONFIG="+k.s.server.Kubeconfig())
	if got.code != 0 {
		t.Errorf("%+v", got)
	}
}

// objects are the names of objects, with what changes when somebody writes to them.
func (k *kustomization) objects(t *testing.T, kinds string) string {
	t.Helper()
	var list struct {
		Items []struct {
			Kind     string `json:"kind"`
			Metadata struct {
				Name            string          `json:"name"`
				UID             string          `json:"uid"`
				ResourceVersion string          `json:"resourceVersion"`
				ManagedFields   json.RawMessage `json:"managedFields"`
			} `json:"metadata"`
		} `json:"items"`
	}
	text := k.s.kubectl(t, "", "get", kinds, "--namespace", k.name, "--output", "json", "--show-managed-fields")
	must(t, json.Unmarshal([]byte(text), &list))
	if len(list.Items) == 0 {
		t.Fatalf("there are no %s", kinds)
	}
	lines, err := json.MarshalIndent(list, "", " ")
	must(t, err)
	return string(lines)
}

// cmkgateDown: while no replica of cmkgate answers, Flux goes on where the webhook has set keys in fields, and where Git
// has those in lists.
func (k *kustomization) cmkgateDown(t *testing.T) {
	before := k.objects(t, "trainingjobs,endpointconfigs")
	if ready := k.reconcile(t).condition("Ready"); ready.Status != "True" {
		t.Errorf("Ready is %+v", ready)
	}
	if after := k.objects(t, "trainingjobs,endpointconfigs"); after != before {
		t.Errorf("objects have changed:\n%s\nwere\n%s", after, before)
	}
}

// cmkgateDownWithLists: a list is applied as a whole, so nobody but cmkgate can put its keys back. Flux fails, and
// changes nothing.
func (k *kustomization) cmkgateDownWithLists(t *testing.T) {
	before := k.objects(t, judged)
	if ready := k.reconcile(t).condition("Ready"); ready.Status != "False" || !strings.Contains(ready.Message, "failed calling webhook") {
		t.Errorf("Ready is %+v", ready)
	}
	if after := k.objects(t, judged); after != before {
		t.Errorf("objects have changed:\n%s\nwere\n%s", after, before)
	}
}
