package ack

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

// event is what the API server's audit log says of a request.
type event struct {
	Verb string `json:"verb"`
	User struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		Resource    string `json:"resource"`
		Name        string `json:"name"`
		Subresource string `json:"subresource"`
	} `json:"objectRef"`
	ResponseStatus struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"responseStatus"`
	Annotations map[string]string `json:"annotations"`
}

// controllerWrites reads the audit log of all that happened so far. That ACK only ever patches is what cmkgate's view of
// its writes rests on.
func (s *stage) controllerWrites(t *testing.T) {
	log, err := os.ReadFile(s.server.AuditLog())
	if err != nil {
		t.Fatal(err)
	}
	main, status, mutated := 0, 0, 0
	for line := range strings.Lines(string(log)) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if !s.controllers.Is(e.User.Username) || isRead(e.Verb) {
			if e.mutated() {
				mutated++
			}
			continue
		}
		if e.ResponseStatus.Code == http.StatusConflict {
			continue // a person's write came in between: the controller makes its own again
		}
		if e.User.Username == elsewhere && e.ObjectRef.Name == "overruled-bucket" && e.ResponseStatus.Code == http.StatusForbidden {
			continue // madeTrue
		}
		where := e.Verb + " " + e.ObjectRef.Resource + " " + e.ObjectRef.Name
		switch {
		case e.Verb != "patch" || e.ObjectRef.Subresource != "" && e.ObjectRef.Subresource != "status":
			t.Errorf("%s/%s: a write of another kind than the controllers are known for", where, e.ObjectRef.Subresource)
		case e.ObjectRef.Subresource == "status":
			status++
			// After the last finalizer some kinds send the status of an object that is gone.
			if e.ResponseStatus.Code >= http.StatusBadRequest && e.ResponseStatus.Code != http.StatusNotFound {
				t.Errorf("%s/status: refused with %d: %s", where, e.ResponseStatus.Code, e.ResponseStatus.Message)
			}
		default:
			main++
			if e.ResponseStatus.Code >= http.StatusBadRequest {
				t.Errorf("%s: refused with %d: %s", where, e.ResponseStatus.Code, e.ResponseStatus.Message)
			}
		}
		if e.mutated() {
			t.Errorf("%s: cmkgate changed it: %v", where, e.Annotations)
		}
	}
	if main == 0 || status == 0 || mutated == 0 {
		t.Errorf("the audit log tells of %d writes to objects and %d to their status, and of %d that cmkgate changed", main, status, mutated)
	}
	t.Logf("%d writes to objects and %d to their status", main, status)
}

// mutated reports whether a webhook changed what the request wrote. The API server says so of each webhook, by the
// order in which it called them.
func (e *event) mutated() bool {
	for name, value := range e.Annotations {
		if strings.HasPrefix(name, "mutation.webhook.admission.k8s.io/") && strings.Contains(value, `"mutated":true`) {
			return true
		}
	}
	return false
}

func isRead(verb string) bool {
	return verb == "get" || verb == "list" || verb == "watch"
}
