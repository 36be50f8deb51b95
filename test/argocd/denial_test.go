package argocd

import (
	"strings"
	"testing"
)

// denials shows where a person finds what cmkgate says of a manifest.
func (s *suite) denials(t *testing.T) {
	good := strings.Replace(job(t), "name: churn", "name: good", 1)
	for name, changes := range map[string][]string{"denied-new": nil, "denied-new-applied-by-the-server": {serverApply}} {
		t.Run("OfANewObjectShowsInTheSyncOnly/"+name, func(t *testing.T) {
			s.repository.commit(t, name, map[string]string{"good.yaml": good, "job.yaml": wrong(t)})
			app := s.apply(t, name, changes...)
			if now := app.refresh(t); now.Sync.Status != "OutOfSync" || len(now.Conditions) > 0 {
				t.Errorf("before the sync: %s", now)
			}
			now := app.sync(t)
			if now.OperationState.Phase != "Failed" || !strings.Contains(now.OperationState.Message, denied) || !strings.Contains(now.result("churn"), denied) {
				t.Errorf("after the sync: %s", now)
			}
			if !app.exists(t, jobs, "good") || app.exists(t, jobs, "churn") {
				t.Error("a sync does not apply what is right beside what is denied any more: say so in docs/gitops.md")
			}
		})
	}
	t.Run("OfAChangeShowsBeforeTheSync", func(t *testing.T) {
		app := s.changed(t, "denied-change")
		now := app.refresh(t)
		want := strings.TrimSpace(read(t, "argocd/denied.txt"))
		if now.Sync.Status != "Unknown" || now.condition("ComparisonError") != want {
			t.Errorf("%s", now)
		}
		shown, err := s.server.Kubectl(t.Context(), nil, "get", "application", app.name, "-n", namespace,
			"-o", "jsonpath={.status.operationState.message}{.status.conditions[*].message}")
		if err != nil || !strings.HasSuffix(shown.Stdout, want) {
			t.Errorf("kubectl shows %+v, %v", shown, err)
		}
		app.patch(t, automated)
		app.refresh(t)
		if now := app.refresh(t); len(now.History) != 1 || now.OperationState.SyncResult.Revision == s.repository.head(t) {
			t.Errorf("it was synced all the same: %s", now)
		}
	})
	t.Run("OfAChangeShowsInTheSyncOnlyWithoutServerSideDiff", func(t *testing.T) {
		app := s.changed(t, "denied-legacy", legacy)
		if now := app.refresh(t); now.Sync.Status != "OutOfSync" || len(now.Conditions) > 0 {
			t.Errorf("before the sync: %s", now)
		}
		now := app.sync(t)
		if now.OperationState.Phase != "Failed" || !strings.Contains(now.OperationState.Message, denied) {
			t.Errorf("after the sync: %s", now)
		}
	})
}

// changed is an Application whose repository gets a wrong key after it was synced.
func (s *suite) changed(t *testing.T, name string, changes ...string) *application {
	t.Helper()
	s.repository.commit(t, name, map[string]string{"job.yaml": job(t)})
	app := s.apply(t, name, changes...)
	if now := app.sync(t); now.OperationState.Phase != "Succeeded" {
		t.Fatalf("%s", now)
	}
	s.repository.commit(t, name, map[string]string{"job.yaml": wrong(t)})
	return app
}
