package webhook

import (
	"context"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"

	"github.com/cmkgate/cmkgate/policies"
)

// reloadingWorld is a World in which the configuration changes while a request is evaluated.
type reloadingWorld struct {
	World
	reload func()
}

func (w reloadingWorld) Now() policies.World {
	w.reload()
	return w.World.Now()
}

func (w reloadingWorld) Awaiting(ctx context.Context) policies.World {
	w.reload()
	return w.World.Awaiting(ctx)
}

func TestARequestIsJudgedByTheConfigurationThatItBeganWith(t *testing.T) {
	r := newReviewer(t, nil)
	lenient := newReviewer(t, func(s *policies.Settings) {
		for id := range s.Policies {
			s.Policies[id] = policies.PolicySettings{Mode: policies.Off}
		}
	}).Active.Load()
	lenient.Controllers = []string{"alice"}
	r.World = reloadingWorld{World: r.World, reload: func() { r.Active.Store(lenient) }}

	bad := job("", `"alias/aws/s3"`, `"`+testKey+`"`)
	if resp := validate(t, r, admissionv1.Create, "alice", bad, nil); resp.Allowed {
		t.Error("the request under way was evaluated by a configuration that came after it")
	}
	if resp := validate(t, r, admissionv1.Create, "alice", bad, nil); !resp.Allowed {
		t.Errorf("the next request was evaluated by the old configuration: %s", resp.Result.Message)
	}
}
