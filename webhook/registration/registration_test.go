package registration

import (
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"

	"github.com/cmkgate/cmkgate/policies"
)

func options() Options {
	return Options{
		Name: "cmkgate",
		Client: func(path string) admissionregistrationv1.WebhookClientConfig {
			return admissionregistrationv1.WebhookClientConfig{Service: &admissionregistrationv1.ServiceReference{Path: &path}}
		},
		Controllers:     []string{"system:serviceaccount:ack-system:ack-s3-controller", "system:serviceaccount:*:ack-sagemaker-controller"},
		MutatingTimeout: MutatingTimeout, ValidatingTimeout: ValidatingTimeout,
	}
}

func TestEveryJudgedKindIsAskedAboutOnCreateAndUpdateAndNothingElse(t *testing.T) {
	c, err := Validating(policies.All(), options())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, w := range c.Webhooks {
		for _, r := range w.Rules {
			for _, resource := range r.Resources {
				if strings.ContainsAny(resource, "*/") || len(r.APIGroups) != 1 || len(r.Operations) != 1 {
					t.Errorf("%s: a rule wider than one resource: %+v", w.Name, r)
				}
				if *w.FailurePolicy == admissionregistrationv1.Fail {
					seen[string(r.Operations[0])+" "+resource]++
				}
			}
		}
	}
	for _, reads := range policies.Reads(policies.All()) {
		for _, operation := range []string{"CREATE ", "UPDATE "} {
			if seen[operation+reads.Kind.Resource()] != 1 {
				t.Errorf("%s%s is asked about %d times", operation, reads.Kind.Resource(), seen[operation+reads.Kind.Resource()])
			}
			delete(seen, operation+reads.Kind.Resource())
		}
	}
	if len(seen) > 0 {
		t.Errorf("asked about without need: %v", seen)
	}
}

func TestOnlyTheValidatingWebhookFailsClosed(t *testing.T) {
	c, err := Mutating(policies.All(), options())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range c.Webhooks {
		if *w.FailurePolicy != admissionregistrationv1.Ignore {
			t.Errorf("%s fails closed", w.Name)
		}
		if strings.Contains(w.Name, "endpoint.") {
			t.Errorf("%s: there is no key to set in an Endpoint", w.Name)
		}
	}
}

func TestControllersByNameAndByPattern(t *testing.T) {
	want := `request.userInfo.username == 'system:serviceaccount:ack-system:ack-s3-controller' || ` +
		`request.userInfo.username.matches('^system:serviceaccount:.*:ack-sagemaker-controller$')`
	if got := byController(options().Controllers); got != want {
		t.Errorf("got %s", got)
	}
	if got := byController([]string{`a'b.c*`}); got != `request.userInfo.username.matches('^a\'b\\.c.*$')` {
		t.Errorf("got %s", got)
	}
	if byController(nil) != "false" {
		t.Error("nobody is everybody")
	}
}

func TestExpressions(t *testing.T) {
	for _, c := range []struct {
		pattern string
		fills   map[string]any
		want    string
	}{
		{"spec.kmsKeyID", nil, "object.?spec.?kmsKeyID.orValue('') != oldObject.?spec.?kmsKeyID.orValue('')"},
		{"spec.on", map[string]any{"spec.on": false}, "object.?spec.?on.orValue(false) != oldObject.?spec.?on.orValue(false)"},
		{"spec.n", map[string]any{"spec.n": nil}, "(oldObject.?spec.?n.hasValue() && object.?spec.?n != oldObject.?spec.?n)"},
		{`metadata.annotations["a/b"]`, nil, "object.?metadata.?annotations[?'a/b'].orValue('') != oldObject.?metadata.?annotations[?'a/b'].orValue('')"},
		{"spec.a[*].b[*].c", nil, "object.?spec.?a.orValue([]).map(v0, v0.?b.orValue([]).map(v1, v1.?c.orValue(''))) != " +
			"oldObject.?spec.?a.orValue([]).map(v0, v0.?b.orValue([]).map(v1, v1.?c.orValue('')))"},
		{"spec.r[*].s", map[string]any{"spec.r[*].s": "AES256"}, "[object.?spec.?r.orValue([]).map(v0, v0.?s.orValue('AES256'))].map(l, l.exists(v, !(v in ['', 'AES256'])) ? l : []) != " +
			"[oldObject.?spec.?r.orValue([]).map(v0, v0.?s.orValue('AES256'))].map(l, l.exists(v, !(v in ['', 'AES256'])) ? l : [])"},
	} {
		got, err := leafChanged(c.pattern, c.fills)
		if err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.pattern, err, got, c.want)
		}
	}
}
