package flux

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// denied: one wrong object, what it looks like, and how it ends.
func (s *stage) denied(t *testing.T) {
	t.Parallel()
	k := s.syncEvery(t, "1s", "science", nil, map[string]string{
		"churn.yaml": job(t, "churn", awsKey), "fine.yaml": job(t, "fine", ownKey), "settings.yaml": settings,
	})
	ready := k.settle(t).condition("Ready")
	if ready.Status != "False" || ready.Reason != "ReconciliationFailed" {
		t.Errorf("Ready is %+v", ready)
	}
	golden(t, "denial.golden", ready.Message)
	if got := k.names(t, "trainingjobs,configmaps"); got != "" {
		t.Errorf("something was applied: %s", got)
	}
	until(t, "an event that says the same", func() (bool, string) {
		events := k.events(t, "ReconciliationFailed")
		return slices.Contains(events, "Warning: "+ready.Message), strings.Join(events, "\n")
	})

	// What the message says is done and committed; nobody touches the cluster.
	if got := s.shell(t, k.repository.dir, "cmkgate fix --write --config "+s.config+" churn.yaml"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	k.revision = k.repository.commit(t, nil)
	k.ready(t)
	if got := k.names(t, "trainingjobs"); strings.Count(got, "\n") != 2 {
		t.Errorf("the jobs are %s", got)
	}
}

// manyDenied: Flux is about one object at a time, the command line of all.
func (s *stage) manyDenied(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 30 {
		name := fmt.Sprintf("job-%02d", i)
		files[name+".yaml"] = job(t, name, awsKey)
	}
	k := s.sync(t, "many", nil, files)
	message := k.settle(t).condition("Ready").Message
	if strings.Count(message, "dry-run failed (Forbidden)") != 1 || strings.Count(message, "TrainingJob \"job-") != 1 {
		t.Errorf("the message is\n%s", message)
	}
	got := s.shell(t, k.repository.dir, "cmkgate check --config "+s.config+" .")
	if got.code != 1 || strings.Count(got.stdout, awsKey) != 30 {
		t.Errorf("%+v", got)
	}
}

// longDenial: nothing of a long message is cut.
func (s *stage) longDenial(t *testing.T) {
	t.Parallel()
	var variants strings.Builder
	for i := range 40 {
		fmt.Fprintf(&variants, "  - {variantName: v%d, modelName: m, instanceType: ml.m5.large, initialInstanceCount: 1, coreDumpConfig: {destinationS3URI: s3://churn/dumps, kmsKeyID: %s}}\n", i, awsKey)
	}
	head, _, _ := strings.Cut(endpointConfig("long", ""), "  productionVariants:")
	config := head + "  productionVariants:\n" + variants.String()
	k := s.sync(t, "long", nil, map[string]string{"config.yaml": config})
	message := k.settle(t).condition("Ready").Message
	if !strings.Contains(message, "needs 40 changes") || !strings.HasSuffix(strings.TrimSpace(message), "More: cmkgate explain sagemaker-output-key") {
		t.Errorf("%d characters:\n%s", len(message), message)
	}
	t.Logf("A message of %d characters is not cut.", len(message))
}

// namespaceBesideDenied: what Flux applies first is there, whatever becomes of the rest.
func (s *stage) namespaceBesideDenied(t *testing.T) {
	t.Parallel()
	k := s.sync(t, "stages", map[string]any{"targetNamespace": nil}, map[string]string{
		"namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: staged}\n",
		"job.yaml":       strings.Replace(job(t, "churn", awsKey), "name: churn", "name: churn\n  namespace: staged", 1),
	})
	message := k.settle(t).condition("Ready").Message
	if !strings.HasPrefix(message, "TrainingJob/staged/churn dry-run failed (Forbidden)") || !strings.HasSuffix(message, "\nNamespace/staged created\n") {
		t.Errorf("the message is\n%s", message)
	}
	s.kubectl(t, "", "get", "namespace", "staged")
	k.commit(t, map[string]string{"job.yaml": strings.Replace(job(t, "churn", ownKey), "name: churn", "name: churn\n  namespace: staged", 1)})
	k.ready(t)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o600))
	}
	if want := read(t, path); got != want {
		t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
	}
}
