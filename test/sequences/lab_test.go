package sequences

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/test/ack/aws"
	"github.com/cmkgate/cmkgate/test/ack/controllers"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

const (
	sampleConfig = "../../config/samples/multi-region.yaml"
	// exempt is the label of namespaces that the API server does not ask cmkgate about: the twins.
	exempt = "sequences.test/twin"

	partnerAccount, partnerRole = "444455556666", "arn:aws:iam::444455556666:role/ack"
)

// lab is an API server, an AWS, the controllers between them, and cmkgate.
type lab struct {
	server      *apiserver.Server
	aws         *aws.Endpoint
	controllers *controllers.Set
	webhook     *apiserver.Webhook
	config      string
	clients     *kubernetes.Clientset
	// people are clients by user name; "" is the administrator's.
	people map[string]dynamic.Interface

	enforced, webhookUp, controllersUp, selectors bool
	// resumed is how often the webhook was started again, each time with an empty log.
	resumed int
	// templates are the members of the Create call of each kind, without keys and with, as ACK sends them.
	templates map[string]map[bool]map[string]any
}

func newLab(t *testing.T, binary string) *lab {
	t.Helper()
	log.SetLogger(logr.Discard()) // or envtest complains that nobody did
	l := &lab{server: apiserver.ForTest(t), config: filepath.Join(t.TempDir(), "cmkgate.yaml"), people: map[string]dynamic.Interface{}}
	var err error
	if l.aws, err = aws.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.aws.Close() })
	if l.clients, err = kubernetes.NewForConfig(l.server.Config()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.install(t.Context()), l.meetPeople(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.controllers.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := l.startControllers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.writeConfig(policies.Enforce); err != nil {
		t.Fatal(err)
	}
	guarded := &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: exempt, Operator: metav1.LabelSelectorOpDoesNotExist}}}
	if l.webhook, err = l.server.StartWebhookIn(t.Context(), guarded, binary, l.config); err != nil {
		t.Fatal(err)
	}
	l.enforced, l.webhookUp = true, true
	t.Cleanup(func() {
		if err := l.webhook.Terminate(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) install(ctx context.Context) (err error) {
	if l.controllers, err = controllers.Install(ctx, l.server, l.aws.URL()); err != nil {
		return err
	}
	if err := l.controllers.AsServiceAccounts(ctx); err != nil {
		return err
	}
	result, err := l.server.Kubectl(ctx, nil, "create", "configmap", "ack-role-account-map",
		"--namespace", apiserver.ControllerNamespace, "--from-literal", partnerAccount+"="+partnerRole)
	if err == nil && result.Code != 0 {
		err = errors.New(result.Stderr)
	}
	return err
}

// users are people, and names that are nearly those of the controllers. Who may act as a controller itself can do as a
// controller does, and is not a person any more.
func users() []string {
	return []string{
		"", "alice", "system:serviceaccount:ack-system:ack-sagemaker-controller2",
		"system:serviceaccount:ack-system:ack-s3-controller-canary", "system:serviceaccount:ds:ack-sagemaker-controller",
		"ack-sagemaker-controller",
	}
}

// meetPeople makes a client for each user. All may do everything: RBAC is nobody's defense here.
func (l *lab) meetPeople(ctx context.Context) error {
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "everybody"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
	}
	for _, user := range users() {
		config := l.server.Config()
		if user != "" {
			config = l.server.UserConfig(user)
			binding.Subjects = append(binding.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user})
		}
		config.QPS = -1
		config.WarningHandlerWithContext = heard{}
		client, err := dynamic.NewForConfig(config)
		if err != nil {
			return err
		}
		l.people[user] = client
	}
	_, err := l.clients.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{})
	return err
}

// person is the client of a user.
func (l *lab) person(user string) dynamic.Interface { return l.people[user] }

func (l *lab) startControllers(ctx context.Context) error {
	var flags []string
	if l.selectors {
		flags = []string{"--enable-carm=false", "--feature-gates", "IAMRoleSelector=true"}
	}
	l.controllersUp = true
	return l.controllers.Start(ctx, flags...)
}

func (l *lab) stopControllers() error {
	l.controllersUp = false
	return l.controllers.Stop()
}

// do carries out an operation that is everybody's. It does nothing where things are as they are to be.
func (l *lab) do(ctx context.Context, v verb) error {
	switch v {
	case doAudit:
		return l.judge(ctx, policies.Audit)
	case doEnforce:
		return l.judge(ctx, policies.Enforce)
	case doStopWebhook:
		if !l.webhookUp {
			return nil
		}
		l.webhookUp = false
		return l.webhook.Terminate()
	case doStartWebhook:
		if l.webhookUp {
			return nil
		}
		l.webhookUp = true
		l.resumed++
		return l.webhook.Resume(ctx)
	case doStopControllers:
		return l.stopControllers()
	case doStartControllers:
		if l.controllersUp {
			return nil
		}
		return l.startControllers(ctx)
	case doRestartControllers:
		return errors.Join(l.stopControllers(), l.startControllers(ctx))
	case doUseSelectors:
		l.selectors = true
		return errors.Join(l.stopControllers(), l.startControllers(ctx))
	default:
		return fmt.Errorf("%s is not an operation on the lab", v)
	}
}

// reset makes everything as it is at the beginning of a batch.
func (l *lab) reset(ctx context.Context) error {
	if l.selectors {
		l.selectors = false
		if err := l.stopControllers(); err != nil {
			return err
		}
	}
	return errors.Join(l.do(ctx, doStartControllers), l.do(ctx, doStartWebhook), l.do(ctx, doEnforce))
}

// settle returns when the controllers have nothing to do. ACK looks at a bucket again a second after it made it, and only
// then encrypts it.
func (l *lab) settle(ctx context.Context) error {
	const again, between = 2, 700 * time.Millisecond
	for range again {
		if err := l.controllers.Settle(ctx, nil); err != nil {
			return err
		}
		time.Sleep(between)
	}
	return l.controllers.Settle(ctx, nil)
}

// judge has cmkgate reload its configuration, with all policies in one mode.
func (l *lab) judge(ctx context.Context, mode policies.Mode) error {
	enforced := mode == policies.Enforce
	if enforced == l.enforced {
		return nil
	}
	l.enforced = enforced
	if !l.webhookUp {
		return l.writeConfig(mode)
	}
	before, err := l.hash(ctx)
	if err != nil {
		return err
	}
	if err := l.writeConfig(mode); err != nil {
		return err
	}
	for range 600 {
		now, err := l.hash(ctx)
		if err == nil && now != before {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("cmkgate does not reload its configuration")
}

// hash is that of the configuration active, as the page of the readiness probe shows it.
func (l *lab) hash(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.webhook.HealthURL()+"/readyz?verbose", http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	_, after, _ := strings.Cut(string(page), "config: ")
	hash, _, _ := strings.Cut(after, " ")
	return hash, nil
}

// writeConfig writes the sample configuration, with all policies in a mode other than Enforce.
func (l *lab) writeConfig(mode policies.Mode) error {
	text, err := os.ReadFile(sampleConfig)
	if err != nil {
		return err
	}
	if mode != policies.Enforce {
		text = append(text, "policies:\n"...)
		for _, p := range policies.All() {
			text = fmt.Appendf(text, "  %s: {mode: %s}\n", p.ID, mode)
		}
	}
	if err := os.WriteFile(l.config+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(l.config+".new", l.config)
}
