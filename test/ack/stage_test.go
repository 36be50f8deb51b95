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
	"github.com/cmkgate/cmkgate/test/apiserver"
)

const (
	region     = "eu-west-1"
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
	// users are the names of the controllers, by service; kubeconfigs let them be who they are.
	users, kubeconfigs map[string]string
	// roles is the way in which the controllers come to work for other accounts.
	roles       roles
	controllers map[string]*apiserver.Controller

	followed []followed
}

func services() []string { return []string{"sagemaker", "s3"} }

// newStage starts everything but the controllers and cmkgate.
func newStage(t *testing.T, binary string, kinds []kind) *stage {
	t.Helper()
	log.SetLogger(logr.Discard()) // or envtest complains that nobody did
	s := &stage{
		server: apiserver.ForTest(t), binary: binary, kinds: kinds,
		users: map[string]string{}, kubeconfigs: map[string]string{}, controllers: map[string]*apiserver.Controller{},
	}
	var err error
	if s.aws, err = aws.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, s.aws.Close()) })
	if s.person, err = dynamic.NewForConfig(s.server.Config()); err != nil {
		t.Fatal(err)
	}
	s.kubectl(t, "", "create", "namespace", apiserver.ControllerNamespace)
	for _, service := range services() {
		if err := s.server.InstallControllerRBAC(t.Context(), service); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { s.stopControllers(t) })
	return s
}

// asServiceAccounts makes the controllers who ACK's manifests say that they are.
func (s *stage) asServiceAccounts(t *testing.T) {
	t.Helper()
	for _, service := range services() {
		account := "ack-" + service + "-controller"
		kubeconfig, err := s.server.ServiceAccountKubeconfig(t.Context(), apiserver.ControllerNamespace, account)
		if err != nil {
			t.Fatal(err)
		}
		s.users[service] = "system:serviceaccount:" + apiserver.ControllerNamespace + ":" + account
		s.kubeconfigs[service] = kubeconfig
	}
}

// asUser makes both controllers one user, of whom no configuration of cmkgate knows.
func (s *stage) asUser(t *testing.T, username string) {
	t.Helper()
	kubeconfig, err := s.server.UserKubeconfig(username)
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range services() {
		role := "ack-" + service + "-controller"
		s.kubectl(t, "", "create", "clusterrolebinding", role+"-elsewhere", "--clusterrole", role, "--user", username)
		s.users[service], s.kubeconfigs[service] = username, kubeconfig
	}
}

func (s *stage) startControllers(t *testing.T) {
	t.Helper()
	for _, service := range services() {
		controller, err := s.server.StartController(t.Context(), apiserver.ControllerOptions{
			Service: service, Kubeconfig: s.kubeconfigs[service], Region: region, AWS: s.aws.URL(), Args: s.roles.flags(),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.controllers[service] = controller
	}
}

func (s *stage) stopControllers(t *testing.T) {
	t.Helper()
	for service, controller := range s.controllers {
		must(t, controller.Stop())
		delete(s.controllers, service)
	}
}

// restartControllers returns when the new controllers have looked at every object, and are idle.
func (s *stage) restartControllers(t *testing.T) {
	t.Helper()
	s.stopControllers(t)
	s.startControllers(t)
	for service, controller := range s.controllers {
		if err := controller.Settle(t.Context(), s.objects(t, service)); err != nil {
			t.Fatal(err)
		}
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
