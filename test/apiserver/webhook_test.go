package apiserver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// A Bucket that nobody encrypts: cmkgate has something to say about it.
const bucket = `{apiVersion: s3.services.k8s.aws/v1alpha1, kind: Bucket, metadata: {name: b}, spec: {name: b}}`

func checkWebhook(t *testing.T, server *apiserver.Server) {
	t.Helper()
	binary := apiserver.WebhookForTest(t)
	webhook, err := server.StartWebhook(t.Context(), binary, "../demo/cmkgate.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if applied := applyBucket(t, server); applied.Code != 0 || !strings.Contains(applied.Stderr, "Warning: cmkgate") {
		t.Errorf("want a Bucket with a word from cmkgate, got %+v", applied)
	}
	log, err := os.ReadFile(webhook.LogFile())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(log), `"cmkgate-probe"`) {
		t.Errorf("the log does not tell of the probe:\n%s", log)
	}

	if err := webhook.Terminate(); err != nil {
		t.Errorf("terminating: %v", err)
	}
	if applied := applyBucket(t, server); !strings.Contains(applied.Stderr, `failed calling webhook "create.bucket.validate.cmkgate.io"`) {
		t.Errorf("want a refusal while a registered webhook is down, got %+v", applied)
	}
	if err := webhook.Stop(t.Context()); err != nil {
		t.Errorf("stopping: %v", err)
	}
	if applied := applyBucket(t, server); applied.Code != 0 || applied.Stderr != "" {
		t.Errorf("want a Bucket and no word from cmkgate, got %+v", applied)
	}
}

func checkBrokenWebhook(t *testing.T, server *apiserver.Server) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\necho 'no such key' >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := server.StartWebhook(t.Context(), binary, "cmkgate.yaml")
	if err == nil || !strings.Contains(err.Error(), "no such key") {
		t.Errorf("want an error that says what the webhook said, got %v", err)
	}
}

func applyBucket(t *testing.T, server *apiserver.Server) apiserver.Result {
	t.Helper()
	applied, err := server.Kubectl(t.Context(), strings.NewReader(bucket), "apply", "--dry-run=server", "-f", "-")
	if err != nil {
		t.Fatal(err)
	}
	return applied
}
