package e2e

import (
	"context"
	"fmt"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cmkgate/cmkgate/test/legacy"
)

const (
	legacyNamespace = "e2e-legacy"
	legacyCount     = 1000
	// outageNamespace has those that live and die while every replica is down.
	outageNamespace = "e2e-outage"
	outageCount     = 120
	// firstStatus is ACK's first write of the status.
	firstStatus = `{"status":{"ackResourceMetadata":{"ownerAccountID":"111122223333","region":"eu-west-1"}}}`
)

// legacyObjects are there before cmkgate is, and break its rules: what has no bearing on keys is never denied.
func (s *suite) legacyObjects(t *testing.T) {
	s.createLegacy(t, legacyNamespace, legacyCount)
	s.createLegacy(t, outageNamespace, outageCount)
	s.install(t)
	requests, failures := s.live(t, legacyNamespace, legacyCount)
	s.figures.add(t, "delete, status, finalizer, late-initialization and metadata-only updates of old objects without keys", "0 denied",
		failures == 0, "%d of %d requests for %d objects failed", failures, requests, legacyCount)
}

// nth is one of the objects of a namespace: the kinds take turns.
func nth(n int) (legacy.Object, string) {
	name := fmt.Sprintf("old-%d", n)
	kinds := legacy.Objects(name)
	return kinds[n%len(kinds)], name
}

func (s *suite) createLegacy(t *testing.T, namespace string, count int) {
	t.Helper()
	s.namespace(t, namespace)
	each(t, count, func(ctx context.Context, n int) error {
		o, name := nth(n)
		_, err := s.objects.Resource(o.Resource()).Namespace(namespace).Create(ctx, o.Manifest(namespace, name), metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) { // of an earlier run that was interrupted
			return nil
		}
		return err
	})
}

// live does to each object what ACK and people do to one that needs no key to be evaluated, and says how many
// requests that were and how many failed. Nothing here has a name that cmkgate would know as ACK's.
func (s *suite) live(t *testing.T, namespace string, count int) (requests, failures int) {
	t.Helper()
	var mutex sync.Mutex
	each(t, count, func(ctx context.Context, n int) error {
		o, name := nth(n)
		objects := s.objects.Resource(o.Resource()).Namespace(namespace)
		patch := func(body string, subresources ...string) error {
			_, err := objects.Patch(ctx, name, types.MergePatchType, []byte(body), metav1.PatchOptions{}, subresources...)
			return err
		}
		for _, step := range []struct {
			what string
			do   func() error
		}{
			{"add the finalizer", func() error { return patch(`{"metadata":{"finalizers":["` + o.Finalizer() + `"]}}`) }},
			{"late initialization", func() error { return patch(`{"spec":` + o.LateInit + `}`) }},
			{"write the status", func() error { return patch(firstStatus, "status") }},
			{"label and annotate", func() error { return patch(`{"metadata":{"labels":{"a":"b"},"annotations":{"c":"d"}}}`) }},
			{"delete", func() error { return objects.Delete(ctx, name, metav1.DeleteOptions{}) }},
			{"remove the finalizer", func() error { return patch(`{"metadata":{"finalizers":null}}`) }},
			{"see that it is gone", func() error {
				if _, err := objects.Get(ctx, name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
					return fmt.Errorf("it is still there: %w", err)
				}
				return nil
			}},
		} {
			err := step.do()
			mutex.Lock()
			requests++
			if err != nil {
				failures++
				t.Logf("%s %s: %s: %v", o.Kind, name, step.what, err)
			}
			mutex.Unlock()
		}
		return nil
	})
	return requests, failures
}

// each calls do with 0 to count-1, eight at a time, and ends the test at the first error.
func each(t *testing.T, count int, do func(ctx context.Context, n int) error) {
	t.Helper()
	const workers = 8
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for n := worker; n < count && !t.Failed(); n += workers {
				if err := do(t.Context(), n); err != nil {
					t.Errorf("%d: %v", n, err)
				}
			}
		})
	}
	group.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
