package parity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/net"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/manifests"
)

// namespace is that of objects that name none.
const namespace = "default"

// controller is a user whose writes cmkgate lets through.
const controller = "system:serviceaccount:ack-system:ack-sagemaker-controller"

// request is a call of the API server.
type request struct {
	method, path string
	body         []byte
	user         string
}

// reply is what came of a request.
type reply struct {
	code     int
	body     []byte
	warnings []string
	audit    string
}

func (s *stage) send(ctx context.Context, r request) (reply, error) {
	out := reply{audit: "parity-" + strconv.FormatInt(s.requests.Add(1), 10)}
	req, err := http.NewRequestWithContext(ctx, r.method, s.url+r.path, bytes.NewReader(r.body))
	if err != nil {
		return out, err
	}
	req.Header.Set("Content-Type", contentType(r.method))
	req.Header.Set("Audit-Id", out.audit)
	if r.user != "" {
		req.Header.Set("Impersonate-User", r.user)
		req.Header.Set("Impersonate-Group", "system:masters")
	}
	response, err := s.client.Do(req)
	if err != nil {
		return out, err
	}
	defer response.Body.Close()
	out.code = response.StatusCode
	headers, _ := net.ParseWarningHeaders(response.Header["Warning"])
	for _, h := range headers {
		out.warnings = append(out.warnings, h.Text)
	}
	out.body, err = io.ReadAll(response.Body)
	return out, err
}

// pathOf is where objects of a kind are.
func pathOf(o manifests.Object) string {
	prefix := "/apis/"
	if o.Group() == "" {
		prefix = "/api/"
	}
	path := prefix + o.APIVersion()
	if o.Kind() != "Namespace" && o.Kind() != "IAMRoleSelector" {
		path += "/namespaces/" + namespaceOf(o)
	}
	return path + "/" + catalog.Kind{Name: o.Kind()}.Resource()
}

func namespaceOf(o manifests.Object) string {
	if name := o.Namespace(); name != "" {
		return name
	}
	return namespace
}

// What the API server does about fields that it does not know: kubectl has it
// refuse them, GitOps controllers have it drop them.
const strict, lenient = "Strict", "Ignore"

// ask has the API server evaluate a new object, which it does not store.
func (s *stage) ask(ctx context.Context, o manifests.Object, unknownFields string) (answer, made, error) {
	got, err := s.send(ctx, request{http.MethodPost, pathOf(o) + "?dryRun=All&fieldValidation=" + unknownFields, o.Raw, ""})
	if err != nil {
		return answer{}, made{}, err
	}
	if got.code == http.StatusBadRequest || got.code == http.StatusNotFound || got.code == http.StatusUnprocessableEntity {
		return answer{Outcome: refused}, made{told: string(got.body)}, nil
	}
	happened, err := s.audit.of(ctx, got.audit)
	if err != nil {
		return answer{}, made{}, err
	}
	out := answer{Found: happened.annotation("findings"), Injected: happened.annotation("injected")}
	patch, set, err := happened.patch()
	if err != nil {
		return answer{}, made{}, err
	}
	out.Set = set
	for _, w := range got.warnings {
		if !strings.Contains(w, "prefer a domain-qualified finalizer name") { // it is the API server's
			out.Warnings = append(out.Warnings, w)
		}
	}
	switch got.code {
	case http.StatusOK, http.StatusCreated:
		out.Outcome = admitted
	case http.StatusForbidden:
		out.Outcome = denied
		out.Causes, err = causes(got.body)
	case http.StatusServiceUnavailable:
		out.Outcome = retry
	default:
		err = fmt.Errorf("the API server answers %d: %s", got.code, got.body)
	}
	return out, made{patch: patch, object: got.body}, err
}

// made is what the API server makes of an object.
type made struct {
	// patch is what the mutating webhook does to it.
	patch []byte
	// object is what would be stored, where it is admitted.
	object []byte
	// told is what the API server says where it refuses the object itself.
	told string
}

// onlyStatus means that the object is refused for nothing but unknown fields of
// its status, which nobody writes and the API server would drop.
func (m made) onlyStatus() bool {
	unknown := strings.Count(m.told, `unknown field \"`)
	return unknown > 0 && unknown == strings.Count(m.told, `unknown field \"status.`)
}

func causes(body []byte) ([]cause, error) {
	var status metav1.Status
	if err := json.Unmarshal(body, &status); err != nil {
		return nil, err
	}
	if status.Details == nil || !strings.Contains(status.Message, "cmkgate.io\" denied the request: ") {
		return nil, fmt.Errorf("not a denial of cmkgate: %s", body)
	}
	var out []cause
	for _, c := range status.Details.Causes {
		out = append(out, cause{string(c.Type), c.Field, c.Message})
	}
	return out, nil
}

func contentType(method string) string {
	if method == http.MethodPatch {
		return "application/merge-patch+json"
	}
	return "application/json"
}
