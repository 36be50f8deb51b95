package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const optOutLabel = "cmkgate.io/exempt"

// allDown is an outage of every replica, and what goes on during and after it.
func (s *suite) allDown(t *testing.T) {
	s.install(t)
	s.createUnseen(t, outageNamespace, outageCount)
	s.scale(t, 0)

	requests, failed := s.otherRequests(t)
	s.figures.add(t, "all replicas down: requests to other APIs (pods, leases, namespaces, configmaps, cmkgate's own Deployment)",
		"every one succeeds", failed == 0, "%d of %d failed", failed, requests)

	refused, slowest, message := s.refusedCreates(t)
	s.figures.add(t, "all replicas down: creates of ACK objects", "refused with a clear message",
		refused, "refused within %s: `%s`", slowest, message)

	requests, failed = s.live(t, outageNamespace, outageCount)
	s.figures.add(t, "all replicas down: deletes of ACK objects with finalizers, late initialization, status and metadata",
		"complete", failed == 0, "%d of %d requests for %d objects failed", failed, requests, outageCount)

	s.scale(t, replicas)
	start := time.Now()
	eventually(t, "a TrainingJob to get its key", s.tryJob)
	started := time.Since(start).Round(100 * time.Millisecond)
	s.works(t)
	crashed := s.killAll(t)
	s.works(t)
	s.figures.add(t, "all replicas down: recovery", "without intervention", true,
		"creates are admitted %s after pods may run again, and %s after a kill -9 of all replicas", started, crashed)
}

// createUnseen makes objects that cmkgate is not asked about.
func (s *suite) createUnseen(t *testing.T, name string, count int) {
	t.Helper()
	s.namespace(t, name)
	s.exempt(t, name, `"true"`)
	s.createLegacy(t, name, count)
	s.exempt(t, name, "null")
	eventually(t, "cmkgate to be asked again", func(ctx context.Context) error {
		job := trainingJob()
		job.SetNamespace(name)
		job.SetAnnotations(map[string]string{"services.k8s.aws/region": "us-east-1"}) // if there is no key
		_, err := s.objects.Resource(trainingJobs).Namespace(name).Create(ctx, job, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if err == nil {
			return errors.New("it is not")
		}
		return nil
	})
}

// exempt sets the opt-out label of a namespace to a JSON value.
func (s *suite) exempt(t *testing.T, name, value string) {
	t.Helper()
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%s}}}`, optOutLabel, value)
	if _, err := s.clients.CoreV1().Namespaces().Patch(t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// scale sets the number of replicas and, at 0, waits until their processes are gone.
func (s *suite) scale(t *testing.T, count int) {
	t.Helper()
	deployments := s.clients.AppsV1().Deployments(namespace)
	patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, count)
	if _, err := deployments.Patch(t.Context(), "cmkgate", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	if count > 0 {
		return
	}
	eventually(t, "all replicas to be gone", func(ctx context.Context) error {
		pods, err := s.clients.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=cmkgate"})
		if err != nil {
			return err
		}
		if len(pods.Items) > 0 {
			return fmt.Errorf("%d are there", len(pods.Items))
		}
		return nil
	})
}

// otherRequests are what a cluster needs to live.
func (s *suite) otherRequests(t *testing.T) (requests, failed int) {
	t.Helper()
	core, ctx := s.clients.CoreV1(), t.Context()
	for round := range 25 {
		name := fmt.Sprintf("e2e-other-%d-%d", s.round, round)
		meta := metav1.ObjectMeta{Name: name}
		lease := &coordinationv1.Lease{ObjectMeta: meta}
		pod := &corev1.Pod{ObjectMeta: meta, Spec: corev1.PodSpec{
			SchedulerName: "nobody", Containers: []corev1.Container{{Name: "c", Image: image}},
		}}
		leases := s.clients.CoordinationV1().Leases(loadNamespace)
		for what, do := range map[string]func() error{
			"namespace": func() error {
				_, err := core.Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: meta}, metav1.CreateOptions{})
				return errors.Join(err, core.Namespaces().Delete(ctx, name, metav1.DeleteOptions{}))
			},
			"pod": func() error {
				_, err := core.Pods(loadNamespace).Create(ctx, pod, metav1.CreateOptions{})
				return errors.Join(err, core.Pods(loadNamespace).Delete(ctx, name, metav1.DeleteOptions{}))
			},
			"lease": func() error {
				_, err := leases.Create(ctx, lease, metav1.CreateOptions{})
				return errors.Join(err, leases.Delete(ctx, name, metav1.DeleteOptions{}))
			},
			"configmap": func() error {
				_, err := core.ConfigMaps(loadNamespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: meta}, metav1.CreateOptions{})
				return errors.Join(err, core.ConfigMaps(loadNamespace).Delete(ctx, name, metav1.DeleteOptions{}))
			},
			"cmkgate's Deployment": func() error {
				patch := fmt.Sprintf(`{"metadata":{"annotations":{"example.com/round":"%d"}}}`, round)
				deployments := s.clients.AppsV1().Deployments(namespace)
				_, err := deployments.Patch(ctx, "cmkgate", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
				_, get := deployments.Get(ctx, "cmkgate", metav1.GetOptions{})
				return errors.Join(err, get)
			},
		} {
			requests += 2
			if err := do(); err != nil {
				failed++
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	return requests, failed
}

// refusedCreates reports whether every create is refused, how long the slowest took, and with what message: it must
// name the webhook and the Service, by which a person finds who is to ask.
func (s *suite) refusedCreates(t *testing.T) (refused bool, slowest time.Duration, message string) {
	t.Helper()
	refused = true
	for range 20 {
		start := time.Now()
		err := s.createJob(t.Context())
		slowest = max(slowest, time.Since(start).Round(time.Millisecond))
		if err == nil || !unreachable(err) || !strings.Contains(err.Error(), `"create.trainingjob.validate.cmkgate.io"`) {
			t.Errorf("a create: %v", err)
			refused = false
			continue
		}
		message = err.Error()
	}
	return refused, slowest, message
}
