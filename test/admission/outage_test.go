package admission

import (
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// capability is an ACK controller that nobody told cmkgate of, as EKS runs them.
const capability = "arn:aws:sts::111122223333:assumed-role/AmazonEKSCapabilityACK/session"

const sageMaker = "sagemaker.services.k8s.aws"

// ackObject is an object from before an outage with what ACK writes to it.
type ackObject struct {
	kind string
	spec map[string]any
	// lateInit is the spec of ACK's late-initialization patch (observed with the
	// real controllers, or lateInitializeFieldNames of the kind's manager).
	lateInit string
}

func ackObjects() []ackObject {
	list := func(v ...any) []any { return v }
	name := "old"
	cluster := map[string]any{"clusterConfig": map[string]any{"instanceType": "ml.m5.large", "instanceCount": int64(1), "volumeSizeInGB": int64(20)}}
	return []ackObject{
		{"TrainingJob", job(name, nil).Object["spec"].(map[string]any),
			`{"enableInterContainerTrafficEncryption":false,"enableManagedSpotTraining":false,"enableNetworkIsolation":false,"outputDataConfig":{"compressionType":"GZIP","kmsKeyID":""}}`},
		{"HyperParameterTuningJob", map[string]any{
			"hyperParameterTuningJobName": name,
			"hyperParameterTuningJobConfig": map[string]any{
				"strategy": "Bayesian", "resourceLimits": map[string]any{"maxParallelTrainingJobs": int64(1), "maxNumberOfTrainingJobs": int64(1)},
			},
			"trainingJobDefinition": map[string]any{
				"algorithmSpecification": map[string]any{"trainingInputMode": "File"}, "roleARN": "arn:aws:iam::111122223333:role/x",
				"outputDataConfig":  map[string]any{"s3OutputPath": "s3://b/o"},
				"resourceConfig":    map[string]any{"instanceType": "ml.m5.large"},
				"stoppingCondition": map[string]any{"maxRuntimeInSeconds": int64(60)},
			},
		}, `{"trainingJobDefinition":{"algorithmSpecification":{"metricDefinitions":[{"name":"a","regex":"b"}]},"enableInterContainerTrafficEncryption":false,"enableManagedSpotTraining":false,"enableNetworkIsolation":false,"resourceConfig":{"instanceCount":1}}}`},
		{"TransformJob", map[string]any{
			"transformJobName": name, "modelName": "m",
			"transformInput":     map[string]any{"dataSource": map[string]any{"s3DataSource": map[string]any{"s3DataType": "S3Prefix", "s3URI": "s3://b/i"}}},
			"transformOutput":    map[string]any{"s3OutputPath": "s3://b/o"},
			"transformResources": map[string]any{"instanceType": "ml.m5.large", "instanceCount": int64(1)},
		}, `{"transformInput":{"compressionType":"None","splitType":"None"}}`},
		{"EndpointConfig", map[string]any{
			"endpointConfigName": name, "productionVariants": list(map[string]any{"variantName": "v", "modelName": "m", "instanceType": "ml.m5.large"}),
		}, `{"enableNetworkIsolation":false}`},
		{"FeatureGroup", map[string]any{
			"featureGroupName": name, "recordIdentifierFeatureName": "r", "eventTimeFeatureName": "e", "roleARN": "arn:aws:iam::111122223333:role/x",
			"featureDefinitions": list(map[string]any{"featureName": "r", "featureType": "String"}),
			"offlineStoreConfig": map[string]any{"s3StorageConfig": map[string]any{"s3URI": "s3://b/f"}},
		}, `{"throughputConfig":{"throughputMode":"OnDemand"},"offlineStoreConfig":{"disableGlueTableCreation":false,"s3StorageConfig":{"resolvedOutputS3URI":"s3://b/f/x"}}}`},
		{"LabelingJob", map[string]any{
			"labelingJobName": name, "labelAttributeName": "l", "roleARN": "arn:aws:iam::111122223333:role/x",
			"inputConfig":                 map[string]any{"dataSource": map[string]any{"s3DataSource": map[string]any{"manifestS3URI": "s3://b/m"}}},
			"outputConfig":                map[string]any{"s3OutputPath": "s3://b/o"},
			"labelingJobAlgorithmsConfig": map[string]any{"labelingJobAlgorithmSpecificationARN": "arn:aws:sagemaker:eu-west-1:027400017018:labeling-job-algorithm-specification/image-classification"},
			"humanTaskConfig": map[string]any{
				"workteamARN": "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/x", "numberOfHumanWorkersPerDataObject": int64(1),
				"taskTimeLimitInSeconds": int64(60), "taskTitle": "t", "taskDescription": "d", "uiConfig": map[string]any{"uiTemplateS3URI": "s3://b/u"},
			},
		}, `{"outputConfig":{"kmsKeyID":""},"humanTaskConfig":{"maxConcurrentTaskCount":1000,"taskAvailabilityLifetimeInSeconds":864000},"labelingJobAlgorithmsConfig":{"labelingJobResourceConfig":{"volumeKMSKeyID":""}}}`},
		{"Model", map[string]any{"modelName": name, "executionRoleARN": "arn:aws:iam::111122223333:role/x"}, `{"enableNetworkIsolation":false}`},
		{"NotebookInstance", map[string]any{"notebookInstanceName": name, "instanceType": "ml.t3.medium", "roleARN": "arn:aws:iam::111122223333:role/x"},
			`{"platformIdentifier":"notebook-al2-v2","volumeSizeInGB":5}`},
		{"Domain", map[string]any{
			"domainName": name, "authMode": "IAM", "vpcID": "vpc-1", "subnetIDs": list("subnet-1"),
			"defaultUserSettings": map[string]any{"executionRole": "arn:aws:iam::111122223333:role/x"},
		}, `{"appNetworkAccessType":"PublicInternetOnly","defaultUserSettings":{"defaultLandingURI":"studio::","studioWebPortal":"ENABLED","securityGroups":["sg-1"],"sharingSettings":{"notebookOutputOption":"Disabled"}}}`},
		{"UserProfile", map[string]any{"domainID": "d-1", "userProfileName": name, "userSettings": map[string]any{"executionRole": "arn:aws:iam::111122223333:role/x"}},
			`{"userSettings":{"spaceStorageSettings":{"defaultEBSStorageSettings":{"defaultEBSVolumeSizeInGb":5,"maximumEBSVolumeSizeInGb":100}}}}`},
		{"ProcessingJob", map[string]any{
			"processingJobName": name, "roleARN": "arn:aws:iam::111122223333:role/x", "appSpecification": map[string]any{"imageURI": "i"},
			"processingResources": cluster,
		}, `{}`},
		{"Bucket", map[string]any{"name": name},
			`{"encryption":{"rules":[{"applyServerSideEncryptionByDefault":{"sseAlgorithm":"AES256"},"bucketKeyEnabled":false}]},"ownershipControls":{"rules":[{"objectOwnership":"BucketOwnerEnforced"}]}}`},
	}
}

func (o *ackObject) resource() schema.GroupVersionResource {
	if o.kind == "Bucket" {
		return buckets
	}
	return resource(sageMaker, strings.ToLower(o.kind)+"s")
}

func (o *ackObject) finalizer() string {
	return "finalizers." + o.resource().Group + "/" + o.kind
}

func (o *ackObject) object() *unstructured.Unstructured {
	return object(o.resource().Group, o.kind, "old", o.spec)
}

// TestWhatMustPassPassesWhileNoReplicaAnswers is what the match conditions are
// for. Nothing here knows the user names of the ACK controllers.
func TestWhatMustPassPassesWhileNoReplicaAnswers(t *testing.T) {
	server := apiserver.ForTest(t)
	person, err := dynamic.NewForConfig(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	if err := server.GrantAll(t.Context(), capability); err != nil {
		t.Fatal(err)
	}
	ack, err := dynamic.NewForConfig(server.UserConfig(capability, "system:authenticated"))
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{server: server, person: person, controller: ack}
	for _, o := range ackObjects() {
		must(t, s.create(t.Context(), o.resource(), o.object()))
	}
	adopted := object(sageMaker, "EndpointConfig", "adopted", nil)
	delete(adopted.Object, "spec")
	adopted.SetAnnotations(map[string]string{"services.k8s.aws/adoption-policy": "adopt", "services.k8s.aws/adoption-fields": `{"name": "x"}`})
	must(t, s.create(t.Context(), endpointConfigs, adopted))

	binary, err := apiserver.BuildWebhook(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if s.webhook, err = server.StartWebhook(t.Context(), binary, configFile); err != nil {
		t.Fatal(err)
	}
	must(t, s.webhook.Terminate())

	t.Run("NewObjectsAndKeyChangesAreRefused", s.refusedInOutage)
	t.Run("AnAdoptionCompletes", s.adoptionInOutage)
	for _, o := range ackObjects() {
		t.Run(o.kind+"LivesAndDies", func(t *testing.T) { s.lives(t, o) })
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
	err := patch(ctx, s.person, endpointConfigs, "adopted", `{"metadata":{"annotations":{"services.k8s.aws/adoption-policy":null}},"spec":{"endpointConfigName":"x","productionVariants":[`+variant+`}]}}`)
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
		must(t, patch(ctx, s.controller, endpointConfigs, "adopted", body))
	}
	if got := s.leaf(t, endpointConfigs, "adopted", "spec", "kmsKeyID"); got != "alias/aws/ebs" {
		t.Errorf("kmsKeyID is %q, not what AWS has", got)
	}
	must(t, s.status(t, endpointConfigs, "adopted"))
	if err := patch(ctx, s.person, endpointConfigs, "adopted", `{"spec":{"kmsKeyID":"alias/x"}}`); !isOutage(err) {
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

// lives is what ACK and people do to an object that needs no key to be judged.
func (s *suite) lives(t *testing.T, o ackObject) {
	t.Helper()
	ctx, r := t.Context(), o.resource()
	must(t, patch(ctx, s.controller, r, "old", `{"metadata":{"finalizers":["`+o.finalizer()+`"]}}`))
	must(t, patch(ctx, s.controller, r, "old", `{"spec":`+o.lateInit+`}`))
	must(t, s.status(t, r, "old"))
	must(t, patch(ctx, s.person, r, "old", `{"metadata":{"labels":{"a":"b"},"annotations":{"c":"d"}}}`))
	tags := `{"spec":{"tags":[{"key":"a","value":"b"}]}}`
	if o.kind == "Bucket" {
		tags = `{"spec":{"tagging":{"tagSet":[{"key":"a","value":"b"}]}}}`
	}
	must(t, patch(ctx, s.person, r, "old", tags))
	must(t, s.person.Resource(r).Namespace("default").Delete(ctx, "old", metav1.DeleteOptions{}))
	must(t, patch(ctx, s.controller, r, "old", `{"metadata":{"finalizers":null}}`))
	if _, err := s.person.Resource(r).Namespace("default").Get(ctx, "old", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the object is still there: %v", err)
	}
}
