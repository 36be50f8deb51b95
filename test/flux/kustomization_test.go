package flux

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// kustomization is a Kustomization of Flux with a repository and a target namespace of its own, all of one name.
type kustomization struct {
	s          *stage
	name       string
	repository repository
	revision   string
}

// sync has Flux follow a new repository. Nothing but a commit makes it look again, unless spec says otherwise.
func (s *stage) sync(t *testing.T, name string, spec map[string]any, files map[string]string) *kustomization {
	t.Helper()
	k := &kustomization{s: s, name: name, repository: s.git.repository(t, name)}
	k.commit(t, files)
	s.kubectl(t, "", "create", "namespace", name)
	s.source(t, k)
	all := map[string]any{
		"interval": "1h", "prune": true, "targetNamespace": name,
		"sourceRef": map[string]any{"kind": "GitRepository", "name": name},
	}
	maps.Copy(all, spec)
	s.create(t, "kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, all)
	return k
}

// source has Flux look for new commits every second.
func (s *stage) source(t *testing.T, k *kustomization) {
	t.Helper()
	s.create(t, "source.toolkit.fluxcd.io/v1", "GitRepository", k.name, map[string]any{
		"interval": "1s", "url": k.repository.url, "ref": map[string]any{"branch": "main"},
	})
}

func (s *stage) create(t *testing.T, version, kind, name string, spec map[string]any) {
	t.Helper()
	object, err := json.Marshal(map[string]any{
		"apiVersion": version, "kind": kind, "spec": spec,
		"metadata": map[string]any{"name": name, "namespace": apiserver.FluxNamespace},
	})
	must(t, err)
	s.kubectl(t, string(object), "create", "-f", "-")
}

func (k *kustomization) commit(t *testing.T, files map[string]string) {
	t.Helper()
	k.revision = k.repository.commit(t, files)
}

// condition is what is said of a Kustomization.
type condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// status is what Flux tells of a Kustomization.
type status struct {
	Conditions             []condition `json:"conditions"`
	LastAttemptedRevision  string      `json:"lastAttemptedRevision"`
	LastHandledReconcileAt string      `json:"lastHandledReconcileAt"`
}

func (s status) condition(name string) condition {
	for _, c := range s.Conditions {
		if c.Type == name {
			return c
		}
	}
	return condition{}
}

func (k *kustomization) status(t *testing.T) status {
	t.Helper()
	var object struct {
		Status status `json:"status"`
	}
	text := k.s.kubectl(t, "", "get", "kustomization", k.name, "--namespace", apiserver.FluxNamespace, "--output", "json")
	must(t, json.Unmarshal([]byte(text), &object))
	return object.Status
}

// until waits until the condition Ready is as wanted, which reconciliations that are under way are not.
func (k *kustomization) until(t *testing.T, what string, wanted func(status) bool) status {
	t.Helper()
	var s status
	until(t, k.name+" to be "+what, func() (bool, string) {
		s = k.status(t)
		ready := s.condition("Ready").Status
		return (ready == "True" || ready == "False") && wanted(s), fmt.Sprintf("%+v", s)
	})
	return s
}

// settle waits until Flux is done with the last commit.
func (k *kustomization) settle(t *testing.T) status {
	t.Helper()
	return k.until(t, "settled at "+k.revision, func(s status) bool { return s.LastAttemptedRevision == k.revision })
}

// ready waits until Flux has applied the last commit.
func (k *kustomization) ready(t *testing.T) {
	t.Helper()
	k.until(t, "ready at "+k.revision, func(s status) bool {
		return s.LastAttemptedRevision == k.revision && s.condition("Ready").Status == "True"
	})
}

// reconcile asks Flux to look again, as `flux reconcile kustomization` does, and waits until it has.
func (k *kustomization) reconcile(t *testing.T) status {
	t.Helper()
	token := time.Now().Format(time.RFC3339Nano)
	k.s.kubectl(t, "", "annotate", "--overwrite", "kustomization", k.name, "--namespace", apiserver.FluxNamespace,
		"reconcile.fluxcd.io/requestedAt="+token)
	return k.until(t, "reconciled", func(s status) bool { return s.LastHandledReconcileAt == token })
}

// events are the messages of the Kustomization's events with a reason.
func (k *kustomization) events(t *testing.T, reason string) []string {
	t.Helper()
	var list struct {
		Items []struct {
			Message string `json:"message"`
			Type    string `json:"type"`
		} `json:"items"`
	}
	text := k.s.kubectl(t, "", "get", "events", "--namespace", apiserver.FluxNamespace, "--output", "json",
		"--field-selector", "involvedObject.kind=Kustomization,involvedObject.name="+k.name+",reason="+reason)
	must(t, json.Unmarshal([]byte(text), &list))
	var messages []string
	for _, event := range list.Items {
		messages = append(messages, event.Type+": "+event.Message)
	}
	return messages
}

// names are the objects of a kind in the Kustomization's namespace.
func (k *kustomization) names(t *testing.T, kinds string) string {
	t.Helper()
	return k.s.kubectl(t, "", "get", kinds, "--namespace", k.name, "--output", "name")
}
