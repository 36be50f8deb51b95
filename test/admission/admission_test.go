package admission

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/test/apiserver"
	"github.com/cmkgate/cmkgate/test/legacy"
)

const (
	key        = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	controller = "system:serviceaccount:ack-system:ack-sagemaker-controller"
	finalizer  = "finalizers.sagemaker.services.k8s.aws/TrainingJob"
	configFile = "../../config/samples/minimal.yaml"
)

// suite is one API server with the webhook in front, and objects from before it.
type suite struct {
	server     *apiserver.Server
	webhook    *apiserver.Webhook
	person     dynamic.Interface
	controller dynamic.Interface
}

var (
	trainingJobs    = resource("sagemaker.services.k8s.aws", "trainingjobs")
	endpoints       = resource("sagemaker.services.k8s.aws", "endpoints")
	endpointConfigs = resource("sagemaker.services.k8s.aws", "endpointconfigs")
	buckets         = resource("s3.services.k8s.aws", "buckets")
)

func resource(group, name string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: group, Version: "v1alpha1", Resource: name}
}

// newSuite makes a suite without a webhook.
func newSuite(t *testing.T, server *apiserver.Server) *suite {
	t.Helper()
	person, err := dynamic.NewForConfig(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	return &suite{server: server, person: person}
}

// serve starts the webhook, for as long as the test runs.
func (s *suite) serve(t *testing.T, config string, args ...string) {
	t.Helper()
	var err error
	if s.webhook, err = s.server.StartWebhook(t.Context(), apiserver.WebhookForTest(t), config, args...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, s.webhook.Stop(context.WithoutCancel(t.Context()))) })
}

// inFront is a suite with the webhook in front, and objects from before it.
func inFront(t *testing.T, server *apiserver.Server) *suite {
	t.Helper()
	s := newSuite(t, server)
	var err error
	if err := s.server.GrantAll(t.Context(), controller); err != nil {
		t.Fatal(err)
	}
	if s.controller, err = dynamic.NewForConfig(s.server.UserConfig(controller, "system:serviceaccounts")); err != nil {
		t.Fatal(err)
	}
	old := job("legacy", nil)
	old.SetFinalizers([]string{finalizer})
	must(t, s.create(t.Context(), trainingJobs, old))
	for _, o := range legacy.Objects("old") {
		must(t, s.create(t.Context(), o.Resource(), o.Manifest("default", "old")))
	}
	s.serve(t, configFile, "--kubeconfig", leastPrivilege(t, s.server))
	return s
}

func (s *suite) create(ctx context.Context, r schema.GroupVersionResource, u *unstructured.Unstructured, dryRun ...string) error {
	_, err := s.person.Resource(r).Namespace("default").Create(ctx, u, metav1.CreateOptions{DryRun: dryRun})
	return err
}

func patch(ctx context.Context, client dynamic.Interface, r schema.GroupVersionResource, name, body string) error {
	_, err := client.Resource(r).Namespace("default").Patch(ctx, name, types.MergePatchType, []byte(body), metav1.PatchOptions{})
	return err
}

func (s *suite) leaf(t *testing.T, r schema.GroupVersionResource, name string, path ...string) string {
	t.Helper()
	u, err := s.person.Resource(r).Namespace("default").Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	value, _, _ := unstructured.NestedString(u.Object, path...)
	return value
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func job(name string, outputKey any) *unstructured.Unstructured {
	output := map[string]any{"s3OutputPath": "s3://b/o"}
	if outputKey != nil {
		output["kmsKeyID"] = outputKey
	}
	return object("sagemaker.services.k8s.aws", "TrainingJob", name, map[string]any{
		"trainingJobName": name, "roleARN": "arn:aws:iam::111122223333:role/x",
		"algorithmSpecification": map[string]any{"trainingInputMode": "File"},
		"outputDataConfig":       output,
		"resourceConfig":         map[string]any{"instanceType": "ml.m5.xlarge", "instanceCount": int64(1)},
		"stoppingCondition":      map[string]any{"maxRuntimeInSeconds": int64(60)},
	})
}

func object(group, kind, name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": group + "/v1alpha1", "kind": kind,
		"metadata": map[string]any{"name": name, "namespace": "default"}, "spec": spec,
	}}
}

// TestOnARealAPIServer uses one API server for all, with one webhook after the other.
func TestOnARealAPIServer(t *testing.T) {
	server := apiserver.ForTest(t)
	for _, part := range []struct {
		name string
		test func(*testing.T, *apiserver.Server)
	}{
		{"WhatMustPassPassesWhileNoReplicaAnswers", outage},
		{"Admission", admission},
		{"TheConfigurationIsReloadedWithoutARestart", reload},
		{"CachesAreFilledByListsToo", lists},
		{"TheWebhookServesAClusterWithoutEndpointConfigs", absent}, // last: it removes CRDs
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, server) })
	}
}

func admission(t *testing.T, server *apiserver.Server) { //nolint:thelper // a test of its own
	s := inFront(t, server)
	t.Run("ObjectsFromBeforeCmkgateCanBeChangedAndDeleted", s.legacyObjects)
	t.Run("WritesOfTheControllerAreNeitherChangedNorDenied", s.controllerWrites)
	t.Run("KeysAreInjectedOnCreateOnly", s.createOnly)
	t.Run("ABadKeyIsDeniedOnUpdateWithCausesForMachines", s.badKeyOnUpdate)
	t.Run("ADryRunIsDecidedAlikeAndStoresNothing", s.dryRun)
	t.Run("AnEndpointFindsTheEndpointConfigCreatedJustBefore", s.endpointRightAfterConfig)
	t.Run("APipelineIsDeniedWithAPointerIntoItsDefinition", s.pipelineSteps)
	t.Run("AnExecutionCannotOverrideAKeyOfItsPipeline", s.pipelineOverride)
	t.Run("AnAdoptedObjectWithoutSpecIsNotGivenOne", s.adoptedWithoutSpec)
	t.Run("ValuesThatTheSchemaAdmitsAndNoKeyCanBeAreDenied", s.valuesThatAreNoKeys)
	t.Run("KeysThatAnApplyLeavesOutAreKeptAtTheSameGeneration", s.droppedKeys)
	t.Run("AReplaceKeepsItsKeysAndIsWarnedOfTheFinalizer", s.replaced)
	t.Run("AKeyChangeThatCannotBeCarriedOutIsDenied", s.changedKeys)
	t.Run("ControllersUnderUnknownNamesAreNeitherChangedNorDenied", s.unknownController)
	t.Run("BareKeysAreLookedForInTheAccountOfTheRoleThatACKTakes", s.roles)
	t.Run("AJobThatReadsABadBucketIsAdmittedWithAWarning", s.dataSource)
	t.Run("WhatLostItsMutationIsSentAgain", s.lostMutation)
	t.Run("DecisionsAreInMetricsLogAndAuditLog", s.observability)
}

func (s *suite) legacyObjects(t *testing.T) {
	ctx := t.Context()
	must(t, patch(ctx, s.person, trainingJobs, "legacy", `{"metadata":{"labels":{"a":"b"}}}`))
	must(t, patch(ctx, s.person, trainingJobs, "legacy", `{"spec":{"stoppingCondition":{"maxRuntimeInSeconds":120}}}`))
	if got := s.leaf(t, trainingJobs, "legacy", "spec", "outputDataConfig", "kmsKeyID"); got != "" {
		t.Errorf("an update injected %s into an object that AWS has without it", got)
	}
	must(t, s.person.Resource(trainingJobs).Namespace("default").Delete(ctx, "legacy", metav1.DeleteOptions{}))
	must(t, patch(ctx, s.controller, trainingJobs, "legacy", `{"metadata":{"finalizers":null}}`))
	if _, err := s.person.Resource(trainingJobs).Namespace("default").Get(ctx, "legacy", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the object is still there: %v", err)
	}
}

func (s *suite) controllerWrites(t *testing.T) {
	ctx := t.Context()
	must(t, s.create(ctx, trainingJobs, job("late", key)))
	// Late initialisation, and a key that AWS does not have: what the controller
	// sees in AWS is the truth.
	must(t, patch(ctx, s.controller, trainingJobs, "late", `{"metadata":{"finalizers":["`+finalizer+`"]}}`))
	must(t, patch(ctx, s.controller, trainingJobs, "late", `{"spec":{"outputDataConfig":{"kmsKeyID":"","compressionType":"GZIP"}}}`))
	if got := s.leaf(t, trainingJobs, "late", "spec", "outputDataConfig", "kmsKeyID"); got != "" {
		t.Errorf("the controller's write was changed to %s", got)
	}
}

func (s *suite) createOnly(t *testing.T) {
	must(t, s.create(t.Context(), trainingJobs, job("new", nil)))
	for _, path := range [][]string{{"spec", "outputDataConfig", "kmsKeyID"}, {"spec", "resourceConfig", "volumeKMSKeyID"}} {
		if got := s.leaf(t, trainingJobs, "new", path...); got != key {
			t.Errorf("%s is %q, want the default key", strings.Join(path, "."), got)
		}
	}
}

func (s *suite) badKeyOnUpdate(t *testing.T) {
	must(t, s.create(t.Context(), trainingJobs, job("keyed", nil)))
	must(t, s.server.Hold(t.Context(), trainingJobs, "TrainingJob", "default", "keyed"))
	err := patch(t.Context(), s.person, trainingJobs, "keyed", `{"spec":{"outputDataConfig":{"kmsKeyID":"alias/aws/s3"}}}`)
	var status *apierrors.StatusError
	if !apierrors.IsForbidden(err) || !errors.As(err, &status) {
		t.Fatalf("want a denial, got %v", err)
	}
	details := status.Status().Details
	if details == nil || len(details.Causes) != 1 || details.Causes[0].Field != "spec.outputDataConfig.kmsKeyID" ||
		details.Causes[0].Type != "sagemaker-output-key/aws-managed" {
		t.Errorf("details: %+v", details)
	}
	if strings.Contains(err.Error(), "remove the field") {
		t.Errorf("on an update nothing is injected into a removed field, so the hint must not say so: %v", err)
	}
}

func (s *suite) dryRun(t *testing.T) {
	must(t, s.create(t.Context(), trainingJobs, job("dry", nil), metav1.DryRunAll))
	if err := s.create(t.Context(), trainingJobs, job("dry", "alias/aws/s3"), metav1.DryRunAll); !apierrors.IsForbidden(err) {
		t.Errorf("want a denial, got %v", err)
	}
	if _, err := s.person.Resource(trainingJobs).Namespace("default").Get(t.Context(), "dry", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("a dry run stored something: %v", err)
	}
}

func (s *suite) endpointRightAfterConfig(t *testing.T) {
	for _, name := range []string{"a", "b", "c", "d", "e"} { // each a race with the cache
		must(t, s.create(t.Context(), endpointConfigs, object("sagemaker.services.k8s.aws", "EndpointConfig", name, map[string]any{
			"endpointConfigName": name,
			"productionVariants": []any{map[string]any{"variantName": "v", "modelName": "m", "instanceType": "ml.m5.large"}},
		})))
		endpoint := object("sagemaker.services.k8s.aws", "Endpoint", name, map[string]any{"endpointName": name, "endpointConfigName": name})
		data, err := json.Marshal(endpoint)
		must(t, err)
		result, err := s.server.Kubectl(t.Context(), strings.NewReader(string(data)), "create", "-f", "-")
		if err != nil || result.Code != 0 || !strings.Contains(result.Stderr, "ACK has not created EndpointConfig") {
			t.Errorf("%v %+v; want it admitted, with a warning that AWS may have another EndpointConfig of that name", err, result)
		}
	}
	if got := s.leaf(t, endpoints, "a", "spec", "endpointConfigName"); got != "a" {
		t.Errorf("endpointConfigName is %q", got)
	}
}

func (s *suite) adoptedWithoutSpec(t *testing.T) {
	adopted := object("s3.services.k8s.aws", "Bucket", "adopted", nil)
	delete(adopted.Object, "spec")
	adopted.SetAnnotations(map[string]string{"services.k8s.aws/adoption-policy": "adopt"})
	must(t, s.create(t.Context(), buckets, adopted))
	u, err := s.person.Resource(buckets).Namespace("default").Get(t.Context(), "adopted", metav1.GetOptions{})
	must(t, err)
	if _, ok := u.Object["spec"]; ok {
		t.Errorf("a spec was made up: %v", u.Object["spec"])
	}
}

func (s *suite) observability(t *testing.T) {
	resp, err := http.Get(s.webhook.MetricsURL())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	metrics, err := io.ReadAll(resp.Body)
	must(t, err)
	for _, want := range []string{
		`cmkgate_admission_requests_total{decision="denied",kind="TrainingJob",operation="UPDATE",webhook="validate"}`,
		`cmkgate_admission_requests_total{decision="exempt",kind="TrainingJob",operation="UPDATE",webhook="validate"}`,
		`cmkgate_injections_total{field="spec.outputDataConfig.kmsKeyID",kind="TrainingJob"}`,
		`cmkgate_findings_total{kind="TrainingJob",mode="Enforce",operation="UPDATE",policy="sagemaker-output-key",reason="aws-managed"}`,
	} {
		if !strings.Contains(string(metrics), want) {
			t.Errorf("the metrics do not have %s", want)
		}
	}
	log, err := os.ReadFile(s.webhook.LogFile())
	must(t, err)
	if !strings.Contains(string(log), `"findings":["sagemaker-output-key/aws-managed spec.outputDataConfig.kmsKeyID (Enforce)"]`) {
		t.Error("the log does not tell of the denial")
	}
	if strings.Contains(string(log), "alias/aws/s3") {
		t.Error("the log has a value that a person wrote")
	}
	audit, err := os.ReadFile(s.server.AuditLog())
	must(t, err)
	for _, want := range []string{`mutate.cmkgate.io/injected`, `validate.cmkgate.io/findings`} {
		if !strings.Contains(string(audit), want) {
			t.Errorf("the audit log has no annotation %s", want)
		}
	}
}
