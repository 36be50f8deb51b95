package ack

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/cmkgate/cmkgate/test/ack/aws"
	"github.com/cmkgate/cmkgate/test/ack/controllers"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

const (
	region     = controllers.Region
	configFile = "../../config/samples/multi-region.yaml"
	defaultKey = "arn:aws:kms:eu-west-1:111122223333:key/mrk-11111111111111111111111111111111"
	// A key of the organization that is nobody's default.
	ownKey = "arn:aws:kms:eu-west-1:111122223333:key/44444444-4444-4444-4444-444444444444"
	// What EBS volumes and local storage are attached to.
	ebs   = "ml.m5.large"
	local = "ml.g5.xlarge"
)

// stage is an API server, an AWS, and the controllers between them.
type stage struct {
	server  *apiserver.Server
	aws     *aws.Endpoint
	person  dynamic.Interface
	binary  string
	webhook *apiserver.Webhook
	// kinds are those that the stage's scenes are played with.
	kinds []kind
	// roles is the way in which the controllers come to work for other accounts.
	roles       roles
	controllers *controllers.Set

	followed []followed
}

// newStage starts everything but the controllers and cmkgate.
func newStage(t *testing.T, binary string, kinds []kind) *stage {
	t.Helper()
	log.SetLogger(logr.Discard()) // or envtest complains that nobody did
	s := &stage{server: apiserver.ForTest(t), binary: binary, kinds: kinds}
	var err error
	if s.aws, err = aws.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, s.aws.Close()) })
	if s.person, err = dynamic.NewForConfig(s.server.Config()); err != nil {
		t.Fatal(err)
	}
	if s.controllers, err = controllers.Install(t.Context(), s.server, s.aws.URL()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stopControllers(t) })
	return s
}

func (s *stage) startControllers(t *testing.T) {
	t.Helper()
	if err := s.controllers.Start(t.Context(), s.roles.flags()...); err != nil {
		t.Fatal(err)
	}
}

func (s *stage) stopControllers(t *testing.T) {
	t.Helper()
	must(t, s.controllers.Stop())
}

// restartControllers returns when the new controllers have looked at every object, and are idle.
func (s *stage) restartControllers(t *testing.T) {
	t.Helper()
	s.stopControllers(t)
	s.startControllers(t)
	objects := map[string]int{}
	for _, service := range controllers.Services() {
		objects[service] = s.objects(t, service)
	}
	if err := s.controllers.Settle(t.Context(), objects); err != nil {
		t.Fatal(err)
	}
}

// objects counts what a controller has to look at.
func (s *stage) objects(t *testing.T, service string) int {
	t.Helper()
	count := 0
	for _, k := range s.kinds {
		if k.service != service {
			continue
		}
		list, err := s.person.Resource(k.resource).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		count += len(list.Items)
	}
	return count
}

func (s *stage) installCmkgate(t *testing.T) {
	t.Helper()
	var err error
	if s.webhook, err = s.server.StartWebhook(t.Context(), s.binary, configFile); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, s.webhook.Terminate()) })
}

// kubectl runs kubectl and expects that it succeeds.
func (s *stage) kubectl(t *testing.T, stdin string, args ...string) {
	t.Helper()
	result, err := s.server.Kubectl(t.Context(), strings.NewReader(stdin), args...)
	if err != nil {
		t.Fatal(err)
	}
	if result.Code != 0 {
		t.Fatalf("kubectl %s: %s", strings.Join(args, " "), result.Stderr)
	}
}

// apply applies manifests in one go, in their order, with more arguments for kubectl.
func (s *stage) apply(t *testing.T, manifests []*unstructured.Unstructured, args ...string) {
	t.Helper()
	list, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": manifests})
	if err != nil {
		t.Fatal(err)
	}
	s.kubectl(t, string(list), append([]string{"apply", "-f", "-"}, args...)...)
}

// manifests are a scene's manifests, one of each kind of the stage.
func (s *stage) manifests(t *testing.T, scene, instance string) []*unstructured.Unstructured {
	t.Helper()
	out := make([]*unstructured.Unstructured, 0, len(s.kinds))
	for i := range s.kinds {
		out = append(out, s.kinds[i].manifest(t, scene, instance))
	}
	return out
}

// subjects are a scene's objects, one of each kind of the stage.
func (s *stage) subjects(scene string) []*subject {
	out := make([]*subject, 0, len(s.kinds))
	for i := range s.kinds {
		sub := s.kinds[i].subject(scene)
		out = append(out, &sub)
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
