package sequences

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/retry"
)

// side is one of the two places where a sequence is played: guarded by cmkgate, or not.
type side struct {
	lab *lab
	// name starts the names in AWS and is that of the namespace.
	name    string
	guarded bool
	// now is what was seen after the last step, before what after the one before.
	before, now observation
	// legacy are the objects that were there when policies were last enforced.
	legacy map[string]*unstructured.Unstructured
	// looks counts the observations; specs are those in which an object of a kind had a new spec.
	looks   int
	specs   map[string]int
	reports []report
}

// outcome is what became of an operation.
type outcome struct {
	err      error
	warnings []string
}

// and is the outcome of both.
func (o outcome) and(other outcome) outcome {
	return outcome{err: errors.Join(o.err, other.err), warnings: append(o.warnings, other.warnings...)}
}

// refused reports whether cmkgate, or that it could not be asked, was the reason.
func (o outcome) refused() bool {
	return o.err != nil && strings.Contains(o.err.Error(), "cmkgate.io")
}

func (s *side) prepare(ctx context.Context) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.name}}
	if !s.guarded {
		namespace.Labels = map[string]string{exempt: "true"}
	}
	if _, err := s.lab.clients.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return err
	}
	namespace.Name, namespace.ResourceVersion = s.name+neighbor, ""
	_, err := s.lab.clients.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	return err
}

// neighbor ends the name of a second namespace, for manifests that say so.
const neighbor = "-other"

// filled is a document with the side's name filled in.
func filled[T any](s *side, document T) (out T, err error) {
	text, err := json.Marshal(document)
	if err != nil {
		return out, err
	}
	err = json.Unmarshal([]byte(strings.ReplaceAll(string(text), "$S", s.name)), &out)
	return out, err
}

// do carries out an operation of a person.
func (s *side) do(ctx context.Context, template operation) outcome {
	o, err := filled(s, template)
	if err != nil {
		return outcome{err: err}
	}
	ctx, heard := listen(ctx)
	err = s.carryOut(ctx, o)
	return outcome{err: err, warnings: heard.all()}
}

func (s *side) carryOut(ctx context.Context, o operation) error {
	switch o.Do {
	case doNothing:
		return nil
	case doExist:
		return s.lab.exist(o)
	case doAnnotateNamespace:
		return s.annotateNamespace(ctx, o.Annotations)
	case doSelectRole:
		return s.selectRole(ctx)
	case doPatch, doDelete:
		return s.change(ctx, o)
	default:
		var errs []error
		for _, m := range o.Manifests {
			errs = append(errs, s.send(ctx, o, &unstructured.Unstructured{Object: m}))
		}
		return errors.Join(errs...)
	}
}

func (s *side) objects(user, kindName, namespace string) (dynamic.ResourceInterface, error) {
	k, ok := kindNamed(kindName)
	if !ok {
		return nil, fmt.Errorf("%q is not a kind of this suite", kindName)
	}
	if namespace == "" {
		namespace = s.name
	}
	return s.lab.person(user).Resource(k.resource()).Namespace(namespace), nil
}

// change patches or deletes an object.
func (s *side) change(ctx context.Context, o operation) error {
	kindName, name, _ := strings.Cut(o.Object, "/")
	objects, err := s.objects(o.As, kindName, "")
	if err != nil {
		return err
	}
	if o.Do == doDelete {
		return objects.Delete(ctx, name, metav1.DeleteOptions{})
	}
	body, err := json.Marshal(o.Patch)
	if err != nil {
		return err
	}
	var subresources []string
	if o.Subresource != "" {
		subresources = []string{o.Subresource}
	}
	_, err = objects.Patch(ctx, name, types.MergePatchType, body, metav1.PatchOptions{}, subresources...)
	return err
}

// send sends a manifest, as kubectl does it for each verb.
func (s *side) send(ctx context.Context, o operation, manifest *unstructured.Unstructured) error {
	objects, err := s.objects(o.As, manifest.GetKind(), manifest.GetNamespace())
	if err != nil {
		return err
	}
	switch o.Do {
	case doCreate:
		_, err = objects.Create(ctx, manifest, metav1.CreateOptions{})
	case doDryRun:
		_, err = objects.Create(ctx, manifest, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	case doServerSideApply:
		_, err = objects.Apply(ctx, manifest.GetName(), manifest, metav1.ApplyOptions{FieldManager: "kubectl", Force: true})
	case doApply:
		err = apply(ctx, objects, manifest)
	case doReplace:
		err = replace(ctx, objects, manifest)
	default:
		err = fmt.Errorf("%q is not an operation of people", o.Do)
	}
	return err
}

// replace is kubectl replace: what is there, of any version, becomes the manifest. A person tries again where ACK was
// faster; if only one side's request went through, the sides would differ for no reason of cmkgate's.
func replace(ctx context.Context, objects dynamic.ResourceInterface, manifest *unstructured.Unstructured) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		live, err := objects.Get(ctx, manifest.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		manifest.SetResourceVersion(live.GetResourceVersion())
		_, err = objects.Update(ctx, manifest, metav1.UpdateOptions{})
		return err
	})
}

// apply is kubectl apply, client-side: of a custom resource it merges, by JSON merge patch, what changed between the
// manifest that was applied last and this one.
func apply(ctx context.Context, objects dynamic.ResourceInterface, manifest *unstructured.Unstructured) error {
	modified, err := withLastApplied(manifest)
	if err != nil {
		return err
	}
	live, err := objects.Get(ctx, manifest.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = objects.Create(ctx, modified, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	now, err := live.MarshalJSON()
	if err != nil {
		return err
	}
	wanted, err := modified.MarshalJSON()
	if err != nil {
		return err
	}
	patch, err := jsonmergepatch.CreateThreeWayJSONMergePatch([]byte(live.GetAnnotations()[corev1.LastAppliedConfigAnnotation]), wanted, now)
	if err != nil || string(patch) == "{}" {
		return err
	}
	_, err = objects.Patch(ctx, manifest.GetName(), types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}

func withLastApplied(manifest *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	text, err := manifest.MarshalJSON()
	if err != nil {
		return nil, err
	}
	modified := manifest.DeepCopy()
	annotations := modified.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[corev1.LastAppliedConfigAnnotation] = string(text)
	modified.SetAnnotations(annotations)
	return modified, nil
}

func (s *side) annotateNamespace(ctx context.Context, annotations map[string]any) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		return err
	}
	_, err = s.lab.clients.CoreV1().Namespaces().Patch(ctx, s.name, types.MergePatchType, body, metav1.PatchOptions{})
	return err
}

// selectRole has ACK work for the partner's account in the side's namespace.
func (s *side) selectRole(ctx context.Context) error {
	selector := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "services.k8s.aws/v1alpha1", "kind": "IAMRoleSelector",
		"metadata": map[string]any{"name": s.name},
		"spec":     map[string]any{"arn": partnerRole, "namespaceSelector": map[string]any{"names": []any{s.name}}},
	}}
	resource := schema.GroupVersionResource{Group: "services.k8s.aws", Version: "v1alpha1", Resource: "iamroleselectors"}
	_, err := s.lab.person("").Resource(resource).Create(ctx, selector, metav1.CreateOptions{})
	return err
}

// removeAll deletes all objects.
func (s *side) removeAll(ctx context.Context) error {
	var errs []error
	for _, object := range s.now.objects {
		objects, err := s.objects("", object.GetKind(), object.GetNamespace())
		if err == nil {
			err = objects.Delete(ctx, object.GetName(), metav1.DeleteOptions{})
		}
		if err != nil && !apierrors.IsNotFound(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// letGo takes the finalizers from what is left, so that it does not burden the rest of the run.
func (s *side) letGo(ctx context.Context) {
	for _, object := range s.now.objects {
		objects, err := s.objects("", object.GetKind(), object.GetNamespace())
		if err != nil {
			continue
		}
		// It may just have gone.
		_, _ = objects.Patch(ctx, object.GetName(), types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
	}
}

// heard collects the warnings of the requests that are made with its context.
type heard struct{}

type listener struct {
	mu       sync.Mutex
	warnings []string
}

type listenerKey struct{}

func listen(ctx context.Context) (context.Context, *listener) {
	l := &listener{}
	return context.WithValue(ctx, listenerKey{}, l), l
}

// HandleWarningHeaderWithContext is called by client-go.
func (heard) HandleWarningHeaderWithContext(ctx context.Context, _ int, _, text string) {
	if l, ok := ctx.Value(listenerKey{}).(*listener); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.warnings = append(l.warnings, text)
	}
}

func (l *listener) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.warnings
}
