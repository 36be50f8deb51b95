package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-logr/logr"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// objects are those of a review, read with it: the review is most of all its
// objects, and to read them a second time takes longer than to check them.
type objects struct {
	object, old *tree.Node
	// err says why they could not be read, where the rest of the review could.
	err error
}

type objectsKey struct{}

// reviewHandler is the HTTP side of a webhook, in place of controller-runtime's,
// whose codecs read every byte three times. It still hands requests to
// controller-runtime, which recovers panics, counts them and completes answers.
type reviewHandler struct {
	hook *admission.Webhook
	log  logr.Logger
}

func (h *reviewHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, code, err := bodyOf(r)
	if err != nil {
		h.refuse(w, code, err)
		return
	}
	version, req, read, err := decodeReview(text)
	if err != nil {
		h.refuse(w, http.StatusBadRequest, err)
		return
	}
	response := h.hook.Handle(context.WithValue(r.Context(), objectsKey{}, read), req)
	h.write(w, version, &response)
}

// bodyOf returns the body of a request, or the status code with which it is rejected.
func bodyOf(r *http.Request) (text string, code int, err error) {
	if r.Body == nil {
		return "", http.StatusBadRequest, errors.New("the request has no body")
	}
	if contentType := r.Header.Get("Content-Type"); contentType != "application/json" {
		return "", http.StatusBadRequest, fmt.Errorf("the content type is %q, want application/json", clip(contentType))
	}
	if r.ContentLength > longestRequest {
		return "", http.StatusRequestEntityTooLarge, fmt.Errorf("the request is larger than %d bytes", longestRequest)
	}
	text, err = readText(r)
	switch {
	case err != nil:
		return "", http.StatusBadRequest, fmt.Errorf("the body did not arrive: %w", err)
	case len(text) == longestRequest:
		return "", http.StatusRequestEntityTooLarge, fmt.Errorf("the request is larger than %d bytes", longestRequest)
	}
	return text, 0, nil
}

// refuse answers what is not a review.
func (h *reviewHandler) refuse(w http.ResponseWriter, code int, err error) {
	err = errors.New(clip(err.Error())) // it may quote what was sent
	h.log.Error(err, "bad request")
	response := admission.Errored(int32(code), err) //nolint:gosec // an HTTP status
	h.write(w, schema.GroupVersionKind{}, &response)
}

// write answers in the version of the review (v1, or v1beta1, which is the same).
func (h *reviewHandler) write(w http.ResponseWriter, version schema.GroupVersionKind, response *admission.Response) {
	review := admissionv1.AdmissionReview{Response: &response.AdmissionResponse}
	review.SetGroupVersionKind(version)
	if err := json.NewEncoder(w).Encode(review); err != nil {
		h.log.Error(err, "cannot answer") // the connection is gone
	}
}

// decodeReview reads what policies need of a review. Texts are copied: metrics
// and traces keep some, and each would keep the whole review in memory.
func decodeReview(text string) (version schema.GroupVersionKind, req admission.Request, read *objects, err error) {
	root, err := tree.ParseReview(text)
	if errors.Is(err, tree.ErrTooManyValues) {
		return decodeEnvelope(text, err)
	}
	if err != nil && strings.TrimSpace(text) != "" {
		return version, req, nil, fmt.Errorf("the admission review: %w", err)
	}
	in := root.Get("request")
	str := func(n *tree.Node) string { return strings.Clone(n.Str()) }
	kind := in.Get("kind")
	req.AdmissionRequest = admissionv1.AdmissionRequest{
		UID:         types.UID(str(in.Get("uid"))),
		Kind:        metav1.GroupVersionKind{Group: str(kind.Get("group")), Version: str(kind.Get("version")), Kind: str(kind.Get("kind"))},
		SubResource: str(in.Get("subResource")),
		Name:        str(in.Get("name")),
		Namespace:   str(in.Get("namespace")),
		Operation:   admissionv1.Operation(str(in.Get("operation"))),
	}
	req.UserInfo.Username = str(in.Get("userInfo").Get("username"))
	if dryRun := in.Get("dryRun"); dryRun.Kind() == tree.Bool {
		value := dryRun.True()
		req.DryRun = &value
	}
	return versionOf(str(root.Get("apiVersion"))), req, &objects{object: present(in.Get("object")), old: present(in.Get("oldObject"))}, nil
}

// present is nil for null, which stands for an object that a request does not have.
func present(n *tree.Node) *tree.Node {
	if n.Absent() {
		return nil
	}
	return n
}

// decodeEnvelope reads a review without its objects, so that the answer to one
// that is too large names the review that it is for.
func decodeEnvelope(text string, cause error) (schema.GroupVersionKind, admission.Request, *objects, error) {
	var req admission.Request
	type envelope struct {
		*admissionv1.AdmissionRequest

		Object    struct{} `json:"object"` // these three stand before those of the request
		OldObject struct{} `json:"oldObject"`
		Options   struct{} `json:"options"`
	}
	var review struct {
		metav1.TypeMeta

		Request envelope `json:"request"`
	}
	review.Request.AdmissionRequest = &req.AdmissionRequest
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&review); err != nil {
		return schema.GroupVersionKind{}, req, nil, fmt.Errorf("the admission review: %w", err)
	}
	return versionOf(review.APIVersion), req, &objects{err: fmt.Errorf("the admission review: %w", cause)}, nil
}

// versionOf is the version to answer in; API servers understand v1 where theirs is not known.
func versionOf(apiVersion string) schema.GroupVersionKind {
	version := admissionv1.SchemeGroupVersion
	if apiVersion == version.Group+"/v1beta1" {
		version.Version = "v1beta1"
	}
	return version.WithKind("AdmissionReview")
}
