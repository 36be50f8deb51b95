package webhook

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
)

func TestABadReviewIsAnsweredWithAClear4xx(t *testing.T) {
	good := string(reviewOf(t, admissionv1.Create, "alice", job("", "", ""), nil))
	for name, c := range map[string]struct{ body, want string }{
		"empty":               {"", `unknown operation ""`},
		"truncated":           {good[:len(good)/2], "unexpected end"},
		"no object":           {strings.Replace(good, `"object":{`, `"objekt":{`, 1), "request.object: an admission review of CREATE must contain the object"},
		"another kind inside": {strings.Replace(good, `"kind":"TrainingJob","metadata"`, `"kind":"Bucket","metadata"`, 1), `the object says kind "Bucket"`},
		"a list as object":    {replaceObject(good, `[1]`), "want an object, not a value of type array"},
		"unknown operation":   {strings.Replace(good, `"CREATE"`, `"EXPLODE"`, 1), `unknown operation "EXPLODE"`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReviewer(t, nil)
			for path, handler := range map[string]http.Handler{"mutate": Handler(r.Mutate, r.Log), "validate": Handler(r.Validate, r.Log)} {
				resp := send(t, handler, []byte(c.body))
				if resp.Allowed || resp.Result.Code < 400 || resp.Result.Code >= 500 || !strings.Contains(resp.Result.Message, c.want) {
					t.Errorf("%s: allowed %v, code %d, message %q; want 4xx with %q", path, resp.Allowed, resp.Result.Code, resp.Result.Message, c.want)
				}
			}
		})
	}
}

// replaceObject puts another value where a review of a TrainingJob has its object.
func replaceObject(review, value string) string {
	start := strings.Index(review, `"object":`) + len(`"object":`)
	end := strings.Index(review, `,"oldObject"`)
	return review[:start] + value + review[end:]
}

func TestABodyOverTheLimitIsRefused(t *testing.T) {
	r := newReviewer(t, nil)
	resp := send(t, Handler(r.Validate, r.Log), bytes.Repeat([]byte(" "), 8<<20))
	if resp.Allowed || resp.Result.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("allowed %v, code %d; want 413", resp.Allowed, resp.Result.Code)
	}
}

func TestHugeAndDeepObjectsAreJudgedWithoutHarm(t *testing.T) {
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	for name, output := range map[string]string{
		"a huge string as key":   `"` + strings.Repeat("a", 1<<20) + `"`,
		"deep nesting as key":    deep,
		"a number as key":        "12345678901234567890123456789012345678901234567890",
		"an object as key":       `{"arn":"` + testKey + `"}`,
		"escapes, and no letter": `"\u0000\ud800\n\u001b[31m"`,
	} {
		t.Run(name, func(t *testing.T) {
			r := newReviewer(t, nil)
			object := job("", output, `"`+testKey+`"`)
			if resp := mutate(t, r, admissionv1.Create, "alice", object, nil); !resp.Allowed || len(resp.Patch) > 0 {
				t.Errorf("mutate: allowed %v, patch %s; want what a person wrote left alone", resp.Allowed, resp.Patch)
			}
			resp := validate(t, r, admissionv1.Create, "alice", object, nil)
			if resp.Allowed || len(resp.Result.Message) > 2000 || !strings.Contains(resp.Result.Message, "spec.outputDataConfig.kmsKeyID: ") {
				t.Errorf("validate: allowed %v, a message of %d bytes; want a short denial that names the field", resp.Allowed, len(resp.Result.Message))
			}
			if strings.ContainsAny(resp.Result.Message, "\x00\x1b") {
				t.Errorf("the message has control characters: %q", resp.Result.Message)
			}
		})
	}
}

func FuzzAdmissionReview(f *testing.F) {
	r := newReviewer(f, nil)
	f.Add(reviewOf(f, admissionv1.Create, "alice", job("", "", ""), nil))
	f.Add(reviewOf(f, admissionv1.Update, "alice", job("", `"alias/aws/s3"`, `1`), job("", `""`, "null")))
	f.Add([]byte(`{"request":{"operation":"CREATE","kind":{"group":"s3.services.k8s.aws","kind":"Bucket"},"object":{"apiVersion":"s3.services.k8s.aws/v1","kind":"Bucket","metadata":[],"spec":{"encryption":{"rules":[1,null,{}]}}}}}`))
	handlers := []http.Handler{Handler(r.Mutate, r.Log), Handler(r.Validate, r.Log)}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, handler := range handlers {
			req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
			req.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, req)
			if strings.Contains(rec.Body.String(), "[recovered]") {
				t.Errorf("panic: %s", rec.Body)
			}
		}
	})
}
