package admission

import (
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/test/apiserver"
	"github.com/cmkgate/cmkgate/test/legacy"
)

// capability is an ACK controller that nobody told cmkgate of, as EKS runs them.
const capability = "arn:aws:sts::111122223333:assumed-role/AmazonEKSCapabilityACK/session"

const sageMaker = "sagemaker.services.k8s.aws"

// outage is what the match conditions are
// for. Nothing here knows the user names of the ACK controllers.
func outage(t *testing.T, server *apiserver.Server) { //nolint:thelper // a test of its own
	if err := server.GrantAll(t.Context(), capability); err != nil {
		t.Fatal(err)
	}
	ack, err := dynamic.NewForConfig(server.UserConfig(capability, "system:authenticated"))
	if err != nil {
		t.Fatal(err)
	}
	s := newSuite(t, server)
	s.controller = ack
	for _, o := range legacy.Objects("old") {
		must(t, s.create(t.Context(), o.Resource(), o.Manifest("default", "old")))
	}
	adopted := object(sageMaker, "EndpointConfig", "adopted-in-outage", nil)
	delete(adopted.Object, "spec")
	adopted.SetAnnotations(map[string]string{"services.k8s.aws/adoption-policy": "adopt", "services.k8s.aws/adoption-fields": `{"name": "x"}`})
	must(t, s.create(t.Context(), endpointConfigs, adopted))

	s.serve(t, configFile)
	must(t, s.webhook.Terminate())

	t.Run("NewObjectsAndKeyChangesAreRefused", s.refusedInOutage)
	t.Run("AnAdoptionCompletes", s.adoptionInOutage)
	for _, o := range legacy.Objects("old") {
		t.Run(o.Kind+"LivesAndDies", func(t *testing.T) { s.lives(t, o) })
	}
}

func (s *suite) refusedInOutage(t *testing.T) {
	ctx := t.Context()
	if err := s.create(ctx, trainingJobs, job("new", key)); !isOutage(err) {
		t.Errorf("a new object: %v", err)
	}
	variant := `{"variantName":"v","modelName":"m","instanceType":"ml.m5.large"`
	for _, c := range []struct {
		resource schema.GroupVersionResource
		body     string
	}{
		{trainingJobs, `{"spec":{"outputDataConfig":{"kmsKeyID":"alias/x"}}}`},
		{trainingJobs, `{"spec":{"resourceConfig":{"instanceType":"ml.g5.xlarge"}}}`},
		{trainingJobs, `{"metadata":{"annotations":{"services.k8s.aws/region":"us-east-1"}}}`},
		{endpointConfigs, `{"spec":{"productionVariants":[` + variant + `,"coreDumpConfig":{"destinationS3URI":"s3://b/c"}}]}}`},
		{endpointConfigs, `{"spec":{"productionVariants":[` + variant + `},` + variant + `}]}}`},
		{endpointConfigs, `{"spec":{"dataCaptureConfig":{"captureOptions":[{"captureMode":"Input"}],"destinationS3URI":"s3://b/c","initialSamplingPercentage":1}}}`},
		{buckets, `{"spec":{"encryption":{"rules":[{"applyServerSideEncryptionByDefault":{"sseAlgorithm":"aws:kms"}}]}}}`},
		{buckets, `{"spec":{"encryption":{"rules":[{"applyServerSideEncryptionByDefault":{"sseAlgorithm":"AES256","kmsMasterKeyID":"x"}}]}}}`},
	} {
		if err := patch(ctx, s.person, c.resource, "old", c.body); !isOutage(err) {
			t.Errorf("%s %s: %v", c.resource.Resource, c.body, err)
		}
	}
	err := patch(ctx, s.person, endpointConfigs, "adopted-in-outage", `{"metadata":{"annotations":{"services.k8s.aws/adoption-policy":null}},"spec":{"endpointConfigName":"x","productionVariants":[`+variant+`}]}}`)
	if !isOutage(err) {
		t.Errorf("an adoption that becomes a creation: %v", err)
	}
}

func isOutage(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), "failed calling webhook")
}

// adoptionInOutage is ACK's two patches (finalizer and annotation, then all
// that AWS has), then its first status.
func (s *suite) adoptionInOutage(t *testing.T) {
	ctx := t.Context()
	for _, body := range []string{
		`{"metadata":{"finalizers":["finalizers.sagemaker.services.k8s.aws/EndpointConfig"],"annotations":{"services.k8s.aws/adopted":"true"}}}`,
		`{"spec":{"endpointConfigName":"x","kmsKeyID":"alias/aws/ebs","productionVariants":[{"variantName":"v","modelName":"m","instanceType":"ml.m5.large"}]}}`,
	} {
		must(t, patch(ctx, s.controller, endpointConfigs, "adopted-in-outage", body))
	}
	if got := s.leaf(t, endpointConfigs, "adopted-in-outage", "spec", "kmsKeyID"); got != "alias/aws/ebs" {
		t.Errorf("kmsKeyID is %q, not what AWS has", got)
	}
	must(t, s.status(t, endpointConfigs, "adopted-in-outage"))
	if err := patch(ctx, s.person, endpointConfigs, "adopted-in-outage", `{"spec":{"kmsKeyID":"alias/x"}}`); !isOutage(err) {
		t.Errorf("a key change after the adoption: %v", err)
	}
}

// status is ACK's first write of the status.
func (s *suite) status(t *testing.T, r schema.GroupVersionResource, name string) error {
	t.Helper()
	body := fmt.Sprintf(`{"status":{"ackResourceMetadata":{"arn":"arn:aws:sagemaker:eu-west-1:111122223333:x/%s","ownerAccountID":"111122223333","region":"eu-west-1"}}}`, name)
	_, err := s.controller.Resource(r).Namespace("default").Patch(t.Context(), name, types.MergePatchType, []byte(body), metav1.PatchOptions{}, "status")
	return err
}

// lives is what ACK and people do to an object that needs no key to be evaluated.
func (s *suite) lives(t *testing.T, o legacy.Object) {
	t.Helper()
	ctx, r := t.Context(), o.Resource()
	must(t, patch(ctx, s.controller, r, "old", `{"metadata":{"finalizers":["`+o.Finalizer()+`"]}}`))
	must(t, patch(ctx, s.controller, r, "old", `{"spec":`+o.LateInit+`}`))
	must(t, s.status(t, r, "old"))
	must(t, patch(ctx, s.person, r, "old", `{"metadata":{"labels":{"a":"b"},"annotations":{"c":"d"}}}`))
	tags := `{"spec":{"tags":[{"key":"a","value":"b"}]}}`
	if o.Kind == "Bucket" {
		tags = `{"spec":{"tagging":{"tagSet":[{"key":"a","value":"b"}]}}}`
	}
	must(t, patch(ctx, s.person, r, "old", tags))
	must(t, s.person.Resource(r).Namespace("default").Delete(ctx, "old", metav1.DeleteOptions{}))
	must(t, patch(ctx, s.controller, r, "old", `{"metadata":{"finalizers":null}}`))
	if _, err := s.person.Resource(r).Namespace("default").Get(ctx, "old", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the object is still there: %v", err)
	}
}
