package ack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/test/ack/aws"
	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

// How long the suite waits for a controller. What takes longest is a notebook's end: ACK waits 30 s after it stopped
// the notebook, and as long again where AWS is not done with it.
const (
	patience     = 3 * time.Minute
	pollInterval = 50 * time.Millisecond
)

// subject is an object under observation. Its resource in AWS has the same name, which no other subject has.
type subject struct {
	kind      kind
	namespace string
	name      string
}

// followed is a subject that has settled, with what nothing must change until it is deleted.
type followed struct {
	subject

	generation int64
	changes    []string
}

func (s *stage) of(sub *subject) dynamic.ResourceInterface {
	return s.person.Resource(sub.kind.resource).Namespace(sub.namespace)
}

func (s *stage) get(t *testing.T, sub *subject) *unstructured.Unstructured {
	t.Helper()
	object, err := s.of(sub).Get(t.Context(), sub.name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// patch changes an object as a person, by a merge patch.
func (s *stage) patch(t *testing.T, sub *subject, body string) {
	t.Helper()
	_, err := s.of(sub).Patch(t.Context(), sub.name, types.MergePatchType, []byte(body), metav1.PatchOptions{})
	must(t, err)
}

func (s *stage) requests(sub *subject) aws.Requests {
	return s.aws.Requests().Where(func(r *aws.Request) bool { return r.Name == sub.name })
}

// settled waits until ACK says that an object is as it should be, and expects that AWS was asked for the changes given
// and for no other. ResourceSynced would not do: some kinds have it beside a terminal condition. From here on the
// subject is followed.
func (s *stage) settled(t *testing.T, sub *subject, changes []string) *unstructured.Unstructured {
	t.Helper()
	object := s.ready(t, sub)
	f := followed{subject: *sub, generation: object.GetGeneration(), changes: changes}
	s.followed = slices.DeleteFunc(s.followed, func(other followed) bool { return other.name == sub.name })
	s.followed = append(s.followed, f)
	s.unchanged(t, &f)
	return object
}

// unchanged expects that AWS was asked for nothing else than what is known, ACK's own affairs aside.
func (s *stage) unchanged(t *testing.T, f *followed) {
	t.Helper()
	want := slices.Clone(f.changes)
	got := s.requests(&f.subject).Changes().Where(func(r *aws.Request) bool {
		return !f.kind.ownAffair(r.Operation)
	}).Operations()
	slices.Sort(want) // a bucket's configurations are put in no particular order
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: AWS was asked for %q, want %q", f.name, got, want)
	}
}

func (s *stage) ready(t *testing.T, sub *subject) *unstructured.Unstructured {
	t.Helper()
	var object *unstructured.Unstructured
	s.eventually(t, sub, func(ctx context.Context) (err error) {
		if object, err = s.of(sub).Get(ctx, sub.name, metav1.GetOptions{}); err != nil {
			return err
		}
		if status, message := controllers.Condition(object, "Ready"); status != "True" {
			return fmt.Errorf("its condition Ready is %q: %s", status, message)
		}
		return nil
	})
	if status, message := controllers.Condition(object, "ACK.Terminal"); status == "True" {
		t.Errorf("%s is ready and terminal: %s", sub.name, message)
	}
	return object
}

func (s *stage) gone(t *testing.T, sub *subject) {
	t.Helper()
	s.eventually(t, sub, func(ctx context.Context) error {
		object, err := s.of(sub).Get(ctx, sub.name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.Join(err, fmt.Errorf("it is there, with finalizers %q", object.GetFinalizers()))
	})
}

// asked is the call by which AWS was asked for the subject's keys.
func (s *stage) asked(t *testing.T, sub *subject) aws.Request {
	t.Helper()
	calls := s.requests(sub).Named(sub.kind.asks)
	if len(calls) != 1 {
		t.Fatalf("%s: want one %s, AWS was asked for %q", sub.name, sub.kind.asks, s.requests(sub).Operations())
	}
	return calls[0]
}

// hasKeys expects keys in etcd, and the same keys in what AWS was asked for.
func (s *stage) hasKeys(t *testing.T, sub *subject, object *unstructured.Unstructured, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, controllers.Keys(sub.kind.asked(object))); diff != "" {
		t.Errorf("%s: etcd has other keys (+) than it should have (-):\n%s", sub.name, diff)
	}
	if diff := cmp.Diff(want, controllers.Keys(s.asked(t, sub).Members)); diff != "" {
		t.Errorf("%s: AWS was asked for other keys (+) than it should have been (-):\n%s", sub.name, diff)
	}
}

// eventually polls. A failure tells all there is to know of the subject.
func (s *stage) eventually(t *testing.T, sub *subject, holds func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var last error
	for {
		err := holds(ctx)
		if err == nil {
			return
		}
		if last == nil || ctx.Err() == nil { // that time is up in the midst of a request says nothing
			last = err
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: %v\nasked of AWS: %q\nlogged: %s", sub.name, last, s.requests(sub).Operations(), s.logged(sub))
		case <-time.After(pollInterval):
		}
	}
}

// logged is the end of what the controller's log says of a subject.
func (s *stage) logged(sub *subject) string {
	path, ok := s.controllers.Log(sub.kind.service)
	if !ok {
		return "the controller does not run"
	}
	log, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	const lines, width = 5, 1000
	var out []string
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, sub.name) {
			out = append(out, line[:min(len(line), width)])
		}
	}
	return strings.Join(out[max(0, len(out)-lines):], "")
}
