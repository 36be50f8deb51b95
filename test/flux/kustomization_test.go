package flux

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

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
	return s.syncEvery(t, "1h", name, spec, files)
}

// syncEvery has Flux look for commits on its own.
func (s *stage) syncEvery(t *testing.T, interval, name string, spec map[string]any, files map[string]string) *kustomization {
	t.Helper()
	k := &kustomization{s: s, name: name, repository: s.git.repository(t, name)}
	k.revision = k.repository.commit(t, files)
	s.create(t, namespaces, map[string]any{"metadata": map[string]any{"name": name}})
	s.source(t, interval, name, k.repository)
	all := map[string]any{
		"interval": "1h", "prune": true, "targetNamespace": name,
		"sourceRef": map[string]any{"kind": "GitRepository", "name": name},
	}
	maps.Copy(all, spec)
	s.create(t, kustomizations, map[string]any{"metadata": inFlux(name), "spec": all})
	return k
}

func (s *stage) source(t *testing.T, interval, name string, from repository) {
	t.Helper()
	s.create(t, sources, map[string]any{"metadata": inFlux(name), "spec": map[string]any{
		"interval": interval, "url": from.url, "ref": map[string]any{"branch": "main"},
	}})
}

func inFlux(name string) map[string]any {
	return map[string]any{"name": name, "namespace": apiserver.FluxNamespace}
}

// commit commits, and has Flux look for it, as a Receiver of Flux does when Git's host tells it of a push.
func (k *kustomization) commit(t *testing.T, files map[string]string) {
	t.Helper()
	k.revision = k.repository.commit(t, files)
	k.s.request(t, sources, k.name)
}

// condition is what is said of a Kustomization.
type condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// status is what Flux is about a Kustomization.
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
	object, err := k.s.objects.Resource(kustomizations.resource).Namespace(apiserver.FluxNamespace).Get(t.Context(), k.name, metav1.GetOptions{})
	must(t, err)
	var seen struct {
		Status status `json:"status"`
	}
	must(t, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &seen))
	return seen.Status
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
	token := k.s.request(t, kustomizations, k.name)
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
