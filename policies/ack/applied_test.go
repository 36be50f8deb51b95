package ack

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func TestWhatACKReportsAsApplied(t *testing.T) {
	for conditions, want := range map[string]bool{
		`[]`:                                     false,
		`[{"type": "Ready", "status": "True"}]`:  true,
		`[{"type": "Ready", "status": "False"}]`: false,
		`[{"type": "Ready", "status": "Unknown"}, {"type": "ACK.ResourceSynced", "status": "True"}]`:     false,
		`[{"type": "ACK.ResourceSynced", "status": "True"}]`:                                             true,
		`[{"type": "ACK.ResourceSynced", "status": "False"}]`:                                            false,
		`[{"type": "ACK.ResourceSynced", "status": "True"}, {"type": "ACK.Terminal", "status": "True"}]`: false,
		`[{"type": "Ready", "status": "True"}, {"type": "ACK.Terminal", "status": "True"}]`:              false,
		`[{"type": "ACK.Terminal", "status": "False"}, {"type": "Ready", "status": "True"}]`:             true,
		`"True"`:                            false,
		`[1, {"type": 1}, null]`:            false,
		`[{"type": "Ready", "status": {}}]`: false,
	} {
		if got := parsed(t, `{"status": {"conditions": `+conditions+`}}`).Applied(); got != want {
			t.Errorf("%s: %v, want %v", conditions, got, want)
		}
	}
}

func TestWhatACKSends(t *testing.T) {
	for object, want := range map[string]bool{
		`{"spec": {"name": "a"}}`: true,
		`{"spec": {}}`:            false,
		`{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "spec": {"name": "a"}}`:                     false,
		`{"metadata": {"annotations": {"services.k8s.aws/read-only": "true"}}, "spec": {"name": "a"}}`:           false,
		`{"metadata": {"annotations": {"services.k8s.aws/adoption-policy": "adopt"}}, "spec": {"name": "a"}}`:    false,
		`{"metadata": {"annotations": {"services.k8s.aws/adoption-policy": "nonsense"}}, "spec": {"name": "a"}}`: true,
	} {
		if got := parsed(t, object).Sends(); got != want {
			t.Errorf("%s: %v, want %v", object, got, want)
		}
	}
}

func parsed(t *testing.T, text string) Object {
	t.Helper()
	root, err := tree.ParseObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Object{Kind: catalog.Kind{Group: catalog.S3, Name: "Bucket"}, Root: root}
}
