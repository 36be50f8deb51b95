package argocd

import (
	"strings"
	"testing"
)

// bucket has a rule, and none of its own key: what the webhook sets is inside a list.
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

var bucketKey = []string{"spec", "encryption", "rules", "0", "applyServerSideEncryptionByDefault", "kmsMasterKeyID"}

// injectedKeys syncs manifests without keys, which the webhook sets, and holds what Argo CD makes of the difference,
// with the recipes of docs/gitops.md and without.
func (s *suite) injectedKeys(t *testing.T) {
	ignore := read(t, "argocd/ignore.yaml")
	for _, c := range []struct {
		name    string
		changes []string
		// differs means that the key inside a list counts as a difference.
		differs bool
	}{
		{name: "with-server-side-diff"},
		{name: "with-server-side-diff-and-apply", changes: []string{serverApply}},
		{name: "with-server-side-diff-without-webhooks", changes: []string{noWebhooks}},
		{name: "with-server-side-diff-and-apply-without-webhooks", changes: []string{noWebhooks, serverApply}},
		{name: "with-ignored-differences", changes: []string{legacy, ignore}},
		{name: "without-a-recipe", changes: []string{legacy}},
		{name: "without-a-recipe-and-replaced", changes: []string{legacy, replace}},
		{name: "without-a-recipe-and-applied-by-the-server", changes: []string{legacy, serverApply}, differs: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.repository.commit(t, c.name, map[string]string{"job.yaml": keyless(t), "bucket.yaml": bucket})
			app := s.apply(t, c.name, append(c.changes, automated)...)
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

// ignoredKeys says what the recipe that ignores keys costs: a key that the repository changes is not noticed, and with
// RespectIgnoreDifferences it never arrives.
func (s *suite) ignoredKeys(t *testing.T) {
	const other = "arn:aws:kms:eu-west-1:111122223333:key/22222222-2222-2222-2222-222222222222"
	named := bucket + "        kmsMasterKeyID: " + other + "\n      bucketKeyEnabled: true\n"
	for name, c := range map[string]struct{ options, want string }{
		"ignored-and-sent":      {"[ServerSideApply=true]", other},
		"ignored-and-respected": {"[ServerSideApply=true, RespectIgnoreDifferences=true]", key},
	} {
		t.Run(name, func(t *testing.T) {
			s.repository.commit(t, name, map[string]string{"bucket.yaml": bucket})
			app := s.apply(t, name, legacy, read(t, "argocd/ignore.yaml"), "spec: {syncPolicy: {syncOptions: "+c.options+"}}")
			app.sync(t)
			s.repository.commit(t, name, map[string]string{"bucket.yaml": named})
			app.synced(t)
			app.sync(t)
			if got := field(t, app.object(t, buckets, "churn"), bucketKey...); got != c.want {
				t.Errorf("after the sync the key is %v, want %s", got, c.want)
			}
		})
	}
}

// upToDate waits until what the repository has now is synced on its own.
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
		field(t, a.object(t, buckets, "churn"), bucketKey...),
	}
	for _, got := range keys {
		if got != key {
			t.Errorf("the keys are %v", keys)
		}
	}
}
