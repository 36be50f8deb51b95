package cluster

import (
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// clock is a time that the test sets.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func TestABookmarkKeepsAQuietWatchFresh(t *testing.T) {
	at := &clock{time.Unix(1000, 0)}
	c := &contact{now: at.now}
	source := watch.NewFake()
	observed := c.observe(source)
	for i, event := range []struct {
		watch.EventType
		fresh bool
	}{{watch.Added, true}, {watch.Bookmark, true}, {watch.Error, false}, {watch.Modified, true}, {watch.Deleted, true}} {
		before := c.last.Load()
		at.Time = time.Unix(int64(2000+i), 0)
		go source.Action(event.EventType, &unstructured.Unstructured{})
		if got := <-observed.ResultChan(); got.Type != event.EventType {
			t.Fatalf("%s came out as %s", event.EventType, got.Type)
		}
		if fresh := c.last.Load() != before && c.last.Load().Equal(at.Time); fresh != event.fresh {
			t.Errorf("%s: noted as contact: %v, want %v", event.EventType, fresh, event.fresh)
		}
	}
}

func TestAnObservedWatchEndsWithItsSourceAndTheOtherWayRound(t *testing.T) {
	c := &contact{now: time.Now}
	ends := watch.NewFake()
	observed := c.observe(ends)
	ends.Stop()
	if _, open := <-observed.ResultChan(); open {
		t.Error("an event came out of a watch that had ended")
	}
	stopped := watch.NewFakeWithChanSize(1, false)
	stopped.Add(&unstructured.Unstructured{}) // nobody reads it
	observed = c.observe(stopped)
	observed.Stop()
	for range observed.ResultChan() { // until it is closed
	}
	for range stopped.ResultChan() { // until it is closed
	}
}

func TestOnlyAnswersThatFillACacheAreContact(t *testing.T) {
	resource := schema.GroupResource{Resource: "buckets"}
	for name, c := range map[string]struct {
		err   error
		fresh bool
	}{
		"a list":                {nil, true},
		"a missing CRD":         {apierrors.NewNotFound(resource, ""), true},
		"missing rights":        {apierrors.NewForbidden(resource, "", errors.New("rbac")), false},
		"an overloaded server":  {apierrors.NewTooManyRequests("later", 1), false},
		"a server that is gone": {errors.New("connection refused"), false},
		"a version too old":     {&apierrors.StatusError{ErrStatus: metav1.Status{Reason: metav1.StatusReasonExpired, Code: 410}}, false},
	} {
		contact := &contact{now: time.Now}
		contact.answered(c.err)
		if fresh := contact.last.Load() != nil; fresh != c.fresh {
			t.Errorf("%s: contact %v, want %v", name, fresh, c.fresh)
		}
	}
}
