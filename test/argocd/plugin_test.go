package argocd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// excepted is a namespace that the platform team lets off.
const excepted = "overrides:\n- namespaces: [sandbox]\n  policies: {sagemaker-output-key: {mode: Warn}}\n"

// plugin runs the plug-in as the sidecar of the repository server does.
func (s *suite) plugin(t *testing.T) {
	s.startPlugin(t, read(t, "argocd/plugin.yaml"))
	kustomization := "resources: [job.yaml]\n"

	t.Run("WhatIsRightIsRenderedAndSynced", func(t *testing.T) {
		s.repository.commit(t, "plugin-right", map[string]string{"kustomization.yaml": kustomization, "job.yaml": job(t)})
		app := s.apply(t, "plugin-right")
		if now := app.sync(t); now.OperationState.Phase != "Succeeded" {
			t.Errorf("%s", now)
		}
		app.synced(t)
	})
	// The webhook has no key for the other region.
	elsewhere := strings.Replace(keyless(t), "  name: churn\n", "  name: churn\n  annotations: {services.k8s.aws/region: us-east-1}\n", 1)
	for name, refused := range map[string]struct{ manifest, message string }{
		"plugin-wrong":   {wrong(t), denied},
		"plugin-missing": {elsewhere, "spec.resourceConfig.volumeKMSKeyID: no KMS key"},
	} {
		t.Run("WhatIsRefusedIsNotRendered/"+name, func(t *testing.T) {
			s.repository.commit(t, name, map[string]string{"kustomization.yaml": kustomization, "job.yaml": refused.manifest})
			app := s.apply(t, name)
			if now := app.refresh(t); now.Sync.Status != "Unknown" || !strings.Contains(now.condition("ComparisonError"), refused.message) {
				t.Errorf("%s", now)
			}
			if now := app.sync(t); now.OperationState.Phase == "Succeeded" || app.exists(t, jobs, "churn") {
				t.Errorf("%s", now)
			}
		})
	}
	t.Run("TheNamespaceIsTheApplications", func(t *testing.T) {
		s.repository.commit(t, "sandbox", map[string]string{"kustomization.yaml": kustomization, "job.yaml": wrong(t)})
		app := s.apply(t, "sandbox")
		if now := app.refresh(t); now.Sync.Status != "OutOfSync" || len(now.Conditions) > 0 {
			t.Errorf("what is excepted there is not rendered: %s", now)
		}
	})
	t.Run("AnApplicationThatNamesAnotherToolGoesAroundIt", func(t *testing.T) {
		s.repository.commit(t, "plugin-around", map[string]string{"kustomization.yaml": kustomization, "job.yaml": wrong(t)})
		app := s.apply(t, "plugin-around", `{spec: {source: {kustomize: {namePrefix: my-}}}}`)
		if now := app.refresh(t); now.Sync.Status != "OutOfSync" || len(now.Conditions) > 0 {
			t.Errorf("the plug-in saw it: say so in docs/gitops.md: %s", now)
		}
	})
}

// startPlugin starts the server of the sidecar with a plug-in and what the plug-in runs.
func (s *suite) startPlugin(t *testing.T, plugin string) {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(s.dir, "bin", "cmkgate"), "github.com/cmkgate/cmkgate/cmd/cmkgate")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build cmkgate: %v\n%s", err, out)
	}
	folder := filepath.Join(s.dir, "config")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	const documented = "/home/argocd/cmp-server/config"
	if !strings.Contains(plugin, documented) {
		t.Fatalf("the plug-in does not read its configuration from %s", documented)
	}
	for name, text := range map[string]string{
		"plugin.yaml":  strings.ReplaceAll(plugin, documented, folder),
		"cmkgate.yaml": read(t, "manifests/cmkgate.yaml") + excepted,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.component(t, "argocd-cmp-server", "--config-dir-path", folder)
	eventually(t, "the plug-in to be found", func() error {
		sockets, err := filepath.Glob(filepath.Join(s.dir, "plugins", "*.sock"))
		if err == nil && len(sockets) == 0 {
			return errNotYet
		}
		return err
	})
}
