// Package selftest shows that an API server calls cmkgate and gets the
// answer that the configuration implies: it sends objects as dry runs, and
// checks the answers against the same policies.
package selftest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// pause is between two tries: after an installation replicas and API servers take a moment.
const pause = time.Second

// Test is what the self-test needs to know.
type Test struct {
	Client    dynamic.Interface
	Evaluator *policies.Evaluator
	// Namespace is where the objects would be created.
	Namespace string
	// Timeout is how long answers may differ from what is expected, all together:
	// a replica learns of a changed ConfigMap after about a minute.
	Timeout time.Duration
}

// Run prints each result, and fails if an answer does not match the configuration. If
// no CRD of ACK is installed there is nothing to show.
func (t Test) Run(ctx context.Context, out io.Writer) error {
	world, err := t.readNamespace(ctx)
	if err != nil {
		return err
	}
	until := time.Now().Add(t.Timeout)
	wrong, missing := 0, 0
	for _, ofKind := range samples() {
		for _, s := range ofKind {
			answer, err := t.show(ctx, s, world, until)
			if errors.Is(err, errNoCRD) {
				missing++
				tell(out, "SKIP  %s %s is not installed: the CRDs come with ACK's controller.", s.resource.Resource, s.resource.Group)
				break
			}
			if err != nil {
				wrong++
				tell(out, "FAIL  %s: %v", s.what, err)
				continue
			}
			tell(out, "PASS  %s: %s", s.what, answer)
		}
	}
	if missing == len(samples()) {
		tell(out, "\nNo ACK kind is installed, so the API server has no reason to call cmkgate. Install ACK's SageMaker or S3\n"+
			"controller, at least its CRDs, and run the test again.")
	}
	if wrong > 0 {
		return fmt.Errorf("%d of the answers do not match the configuration", wrong)
	}
	return nil
}

func tell(out io.Writer, format string, args ...any) {
	fmt.Fprintf(out, format+"\n", args...) //nolint:errcheck // a log that is gone is not a failure
}

// errNoCRD means that the API server does not know the kind.
var errNoCRD = errors.New("the kind is not installed")

// show sends one object until the answer is the expected one, and describes it.
func (t Test) show(ctx context.Context, s sample, world policies.World, until time.Time) (string, error) {
	object, judged, err := s.in(t.Namespace)
	if err != nil {
		return "", err
	}
	expected := t.expect(judged, world)
	for {
		got, err := t.Client.Resource(s.resource).Namespace(t.Namespace).Create(ctx, object, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if noCRD(err, s.resource) {
			return "", errNoCRD
		}
		var root *tree.Node
		if err == nil {
			root = tree.FromValue(got.Object)
		}
		answer, problem := expected.compare(root, err)
		if problem == nil || time.Now().After(until) {
			return answer, problem
		}
		select {
		case <-ctx.Done():
			return "", problem
		case <-time.After(pause):
		}
	}
}

// noCRD distinguishes an unknown kind from an unknown namespace.
func noCRD(err error, resource schema.GroupVersionResource) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details == nil || details.Kind == "" || details.Kind == resource.Resource
}

// outcome is what the configuration implies for an object.
type outcome struct {
	edits  []policies.Edit
	denied bool
}

func (t Test) expect(object policies.Object, world policies.World) outcome {
	result := t.Evaluator.Review(policies.Review{Object: object, EditsOnly: true}, world)
	return outcome{result.Edits, result.Denied}
}

// denial is what API servers say of a denial by cmkgate's validating webhook.
const denial = `.validate.cmkgate.io" denied the request: `

func (o outcome) compare(got *tree.Node, err error) (answer string, problem error) {
	message := ""
	if err != nil {
		_, message, _ = strings.Cut(err.Error(), denial)
	}
	switch {
	case err != nil && message == "":
		return "", fmt.Errorf("the API server rejected it for another reason: %w", err)
	case o.denied && err == nil:
		return "", errors.New("it was admitted, and the configuration denies it. " + notAsked)
	case o.denied:
		return "denied, as configured: " + message, nil
	case err != nil:
		return "", fmt.Errorf("it was denied, and the configuration given to this test admits it: %s", message)
	}
	var set []string
	for _, edit := range o.edits {
		if got.Find(edit.Path).Text() != fmt.Sprint(edit.Value) {
			return "", fmt.Errorf("%s was not set to %v. %s", edit.Path, edit.Value, notAsked)
		}
		set = append(set, edit.Path.String())
	}
	if len(set) == 0 {
		return "admitted as it is, as configured: nothing is set and nothing is denied. The log of the replicas shows how cmkgate evaluates it.", nil
	}
	return "admitted, and cmkgate set " + strings.Join(set, ", "), nil
}

const notAsked = "Either the replicas do not have this configuration yet, or the API server does not call them: check the opt-out " +
	"label and webhooks.namespaceSelector, and choose another namespace with selftest.namespace"

// readNamespace reads what policies look at of the namespace.
func (t Test) readNamespace(ctx context.Context) (policies.World, error) {
	read, err := t.Client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}).Get(ctx, t.Namespace, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("read the namespace %s: %w", t.Namespace, err)
	}
	return world{namespace: policies.Namespace{Name: t.Namespace, Labels: read.GetLabels(), Annotations: read.GetAnnotations()}}, nil
}

// world knows the namespace alone: the samples refer to nothing else.
type world struct {
	policies.Nowhere
	namespace policies.Namespace
}

// Namespace is the one of the test.
func (w world) Namespace(string) (policies.Namespace, bool) { return w.namespace, true }
