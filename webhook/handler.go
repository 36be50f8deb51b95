package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel/trace"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// World gives policies their view of the cluster.
type World interface {
	// Now answers from what is known at once.
	Now() policies.World
	// Awaiting also waits a bounded moment for an object that is not known yet,
	// because it may have been created just before the one that is evaluated.
	Awaiting(ctx context.Context) policies.World
}

// Configuration is what one request is evaluated with. It is immutable: a
// reload replaces it.
type Configuration struct {
	// Evaluator holds the policies and the organization's settings.
	Evaluator *policies.Evaluator
	// Controllers are the user names of the ACK controllers, as patterns. Their
	// writes are neither changed nor denied: one that fails can put an object in
	// a terminal state forever.
	Controllers []string
}

// Reviewer evaluates admission requests.
type Reviewer struct {
	// Active is the configuration that new requests are evaluated by. A
	// request that is under way keeps the one that it began with.
	Active  *atomic.Pointer[Configuration]
	World   World
	Metrics *Metrics
	// Gate bounds what is served at the same time; nil for no bound.
	Gate *Gate
	// Log gets one line a decision.
	Log logr.Logger
}

// review is one request being evaluated.
type review struct {
	*Reviewer
	*Configuration
	webhook string
	request *admissionv1.AdmissionRequest
	started time.Time
	span    trace.Span      // that does nothing where the request is not traced
	ctx     context.Context //nolint:containedctx // a review lives as long as its request
	read    *objects
	object  policies.Object
	old     *tree.Node
}

func (r *Reviewer) begin(ctx context.Context, webhook string, req *admission.Request) *review {
	return &review{
		Reviewer: r, Configuration: r.Active.Load(), webhook: webhook, request: &req.AdmissionRequest,
		started: time.Now(), span: trace.SpanFromContext(ctx), ctx: ctx, read: objectsOf(ctx),
	}
}

// objectsOf are what the HTTP side has read, none if there was no such side.
func objectsOf(ctx context.Context) *objects {
	if read, ok := ctx.Value(objectsKey{}).(*objects); ok {
		return read
	}
	return &objects{}
}

// interruptible is what policies know of the cluster for as long as the API
// server waits for the answer.
type interruptible struct {
	policies.World
	ctx context.Context //nolint:containedctx // as in review
}

func (w interruptible) Interrupted() bool { return w.ctx.Err() != nil }

func (v *review) interruptible(world policies.World) policies.World {
	return interruptible{world, v.ctx}
}

// tooLate answers a request whose client has given up. Findings so far are
// incomplete, so nothing is decided by them.
func (v *review) tooLate() admission.Response {
	v.Metrics.request(v, decisionError)
	v.trace(decisionError, nil)
	err := fmt.Errorf("not decided in time: %w", context.Cause(v.ctx))
	v.Log.Error(err, "late", "webhook", v.webhook, "uid", clip(string(v.uid())), "durationSeconds", time.Since(v.started).Seconds())
	return admission.Errored(http.StatusServiceUnavailable, err)
}

// applies reports whether policies apply: to a create or update of the main
// resource of their kinds.
func (v *review) applies() bool {
	return v.request.SubResource == "" && v.Evaluator.Judges(v.request.Kind.Group, v.request.Kind.Kind)
}

// readObjects checks the objects against the request's own fields, so that a
// crafted review cannot bypass the policies.
func (v *review) readObjects() error {
	if v.read.err != nil {
		return v.read.err
	}
	if err := v.check("object", v.read.object); err != nil {
		return err
	}
	v.object = policies.Object{
		Group:     v.request.Kind.Group,
		Kind:      v.request.Kind.Kind,
		Namespace: v.request.Namespace,
		Name:      v.name(v.read.object),
		Root:      v.read.object,
	}
	if v.request.Operation != admissionv1.Update {
		return nil
	}
	v.old = v.read.old
	return v.check("oldObject", v.old)
}

// question is what policies are asked.
func (v *review) question(editsOnly bool) policies.Review {
	q := policies.Review{Object: v.object, Old: v.old, EditsOnly: editsOnly}
	if v.old != nil {
		q.Operation = policies.OperationUpdate
	}
	return q
}

func (v *review) check(field string, root *tree.Node) error {
	if root == nil {
		return fmt.Errorf("request.%s: an admission review of %s must contain the object", field, v.request.Operation)
	}
	if root.Kind() != tree.Map {
		return fmt.Errorf("request.%s: want an object, not a value of type %s", field, root.Kind())
	}
	is := policies.NewObject(root)
	if want := v.request.Kind; is.Group != want.Group || is.Kind != want.Kind {
		return fmt.Errorf("request.%s: the request is for %s of %s, but the object says kind %q of group %q",
			field, want.Kind, want.Group, is.Kind, is.Group)
	}
	return nil
}

// name is the object's name; under generateName it has none yet.
func (v *review) name(root *tree.Node) string {
	if v.request.Name != "" {
		return v.request.Name
	}
	metadata := root.Get("metadata")
	if name := metadata.Get("name").Str(); name != "" {
		return name
	}
	return metadata.Get("generateName").Str()
}

func (v *review) byController() bool {
	for _, pattern := range v.Controllers {
		if policies.Match(pattern, v.request.UserInfo.Username) {
			return true
		}
	}
	return false
}

// knownOperation reports whether an operation exists in Kubernetes.
func (v *review) knownOperation() bool {
	switch v.request.Operation {
	case admissionv1.Create, admissionv1.Update, admissionv1.Delete, admissionv1.Connect:
		return true
	}
	return false
}

func (v *review) writes() bool {
	return v.request.Operation == admissionv1.Create || v.request.Operation == admissionv1.Update
}

// malformed answers a review that no API server would send.
func (v *review) malformed(err error) admission.Response {
	err = errors.New(clip(err.Error())) // it may quote what was sent
	v.Metrics.request(v, decisionError)
	v.trace(decisionError, nil)
	v.Log.Error(err, "bad admission review", "webhook", v.webhook, "uid", clip(string(v.uid())))
	return admission.Errored(http.StatusBadRequest, err)
}

func (v *review) uid() types.UID { return v.request.UID }

func allowed() admission.Response {
	return admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Allowed: true}}
}
