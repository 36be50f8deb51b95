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
	main, status := 0, 0
	for line := range strings.Lines(string(log)) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if !s.isController(e.User.Username) || isRead(e.Verb) {
			continue
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
		if injected, ok := e.Annotations["mutate.cmkgate.io/injected"]; ok {
			t.Errorf("%s: cmkgate put something in: %s", where, injected)
		}
	}
	if main == 0 || status == 0 {
		t.Error("the audit log has no writes of the controllers")
	}
	t.Logf("%d writes to objects and %d to their status", main, status)
}

func (s *stage) isController(username string) bool {
	for _, user := range s.users {
		if user == username {
			return true
		}
	}
	return false
}

func isRead(verb string) bool {
	return verb == "get" || verb == "list" || verb == "watch"
}
