package argocd

import (
	"strings"
	"testing"
)

// bucket has a rule, and none of its own key: what the webhook sets is inside of a list.
const bucket = `apiVersion: s3.services.k8s.aws/v1alpha1
kind: Bucket
metadata:
  name: churn
spec:
  name: churn
  encryption:
    rules:
    - applyServerSideEncryptionByDefault:
        sseAlgorithm: aws:kms
`

// injectedKeys syncs manifests without keys, which the webhook sets, and holds what Argo CD makes of the difference,
// with the recipes of docs/gitops.md and without.
func (s *suite) injectedKeys(t *testing.T) {
	ignore := read(t, "argocd/ignore.yaml")
	for _, c := range []struct {
		name    string
		changes []string
		// differs tells that the key inside of a list counts as a difference.
		differs bool
	}{
		{name: "with-server-side-diff"},
		{name: "with-server-side-diff-and-apply", changes: []string{serverApply}},
		{name: "with-ignored-differences", changes: []string{legacy, ignore}},
		{name: "without-a-recipe", changes: []string{legacy}},
		{name: "without-a-recipe-and-replaced", changes: []string{legacy, replace}},
		{name: "without-a-recipe-and-applied-by-the-server", changes: []string{legacy, serverApply}, differs: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.repository.commit(t, c.name, map[string]string{"job.yaml": keyless(t), "bucket.yaml": bucket})
			app := s.apply(t, c.name, "argocd/application.yaml", append(c.changes, automated)...)
			app.upToDate(t)
			app.compared(t, c.differs)

			label := strings.NewReplacer("metadata:\n", "metadata:\n  labels: {round: two}\n")
			s.repository.commit(t, c.name, map[string]string{"job.yaml": label.Replace(keyless(t)), "bucket.yaml": label.Replace(bucket)})
			app.upToDate(t)
			app.compared(t, c.differs)
			if app.object(t, jobs, "churn").GetLabels()["round"] != "two" {
				t.Error("the change did not arrive")
			}
		})
	}
}

// upToDate waits until what the repository has now is synced by itself.
func (a *application) upToDate(t *testing.T) {
	t.Helper()
	a.refresh(t)
	a.await(t, "the sync to end", func(s *state) bool {
		return s.OperationState.Phase == "Succeeded" && s.OperationState.SyncResult.Revision == s.Sync.Revision && s.Sync.Revision == a.repository.head(t)
	})
}

// compared holds whether Argo CD sees a difference, and that the keys are there in any case.
func (a *application) compared(t *testing.T, differs bool) {
	t.Helper()
	if differs {
		now := a.refresh(t)
		if got := now.statuses(); got["TrainingJob"] != "Synced" || got["Bucket"] != "OutOfSync" {
			t.Errorf("%s", now)
		}
	} else {
		a.synced(t)
	}
	keys := []any{
		field(t, a.object(t, jobs, "churn"), "spec", "outputDataConfig", "kmsKeyID"),
		field(t, a.object(t, jobs, "churn"), "spec", "resourceConfig", "volumeKMSKeyID"),
		field(t, a.object(t, buckets, "churn"), "spec", "encryption", "rules", "0", "applyServerSideEncryptionByDefault", "kmsMasterKeyID"),
	}
	for _, got := range keys {
		if got != key {
			t.Errorf("the keys are %v", keys)
		}
	}
}
